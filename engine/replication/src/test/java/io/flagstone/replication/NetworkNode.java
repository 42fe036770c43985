// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.flagstone.OffHeapCache;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;

/**
 * A primary or a replica in a process of its own, with a media driver of its own. It answers each
 * line of its standard input with a line, and ends with its input.
 */
final class NetworkNode {
    private static final int TERM_BYTES = 64 << 10;
    private static final int FEED_BYTES = 256 << 10;
    private static final int VALUE_BYTES = 200;
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(1);

    private NetworkNode() {}

    /**
     * Runs a node.
     *
     * @param args {@code primary} or {@code replica}, a directory, and the two channels.
     */
    public static void main(String[] args) throws IOException {
        try (MediaDriver driver = driver(Files.createDirectories(Path.of(args[1])));
                Aeron aeron =
                        Aeron.connect(
                                new Aeron.Context()
                                        .aeronDirectoryName(driver.aeronDirectoryName()))) {
            if (args[0].equals("primary")) {
                runPrimary(aeron, args[2], args[3]);
            } else {
                runReplica(aeron, args[2], args[3]);
            }
        }
    }

    private static MediaDriver driver(Path directory) {
        return MediaDriver.launch(
                new MediaDriver.Context()
                        .aeronDirectoryName(directory.toString())
                        .threadingMode(ThreadingMode.SHARED)
                        .publicationTermBufferLength(TERM_BYTES)
                        .initialWindowLength(TERM_BYTES / 2)
                        .socketRcvbufLength(TERM_BYTES * 2)
                        .socketSndbufLength(TERM_BYTES * 2)
                        .imageLivenessTimeoutNs(TIMEOUT_NS)
                        .publicationConnectionTimeoutNs(TIMEOUT_NS)
                        .dirDeleteOnStart(true)
                        .dirDeleteOnShutdown(true)
                        .errorHandler(problem -> {}));
    }

    private interface Answer {
        String to(String line);
    }

    private static void answer(Answer answer) throws IOException {
        final BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(answer.to(line));
        }
    }

    private static AgentRunner runner(Agent agent) {
        return new AgentRunner(new BackoffIdleStrategy(), Throwable::printStackTrace, null, agent);
    }

    private static void runPrimary(Aeron aeron, String channel, String statusChannel)
            throws IOException {
        try (OffHeapCache cache =
                        OffHeapCache.builder()
                                .memoryBytes(4 << 20)
                                .slabBytes(16 << 10)
                                .changeFeedBytes(FEED_BYTES)
                                .build();
                CachePublisher publisher =
                        CachePublisher.builder()
                                .cache(cache)
                                .aeron(aeron)
                                .channel(channel)
                                .statusChannel(statusChannel)
                                .build();
                AgentRunner runner = runner(publisher)) {
            AgentRunner.startOnThread(runner);
            answer(
                    line -> {
                        final String[] words = line.split(" ");
                        if (words[0].equals("put")) {
                            put(cache, Integer.parseInt(words[1]), Integer.parseInt(words[2]));
                        }
                        return "number="
                                + publisher.number()
                                + " lost="
                                + (publisher.dropped() + publisher.gaps())
                                + " digest="
                                + cache.digest();
                    });
        }
    }

    /** Writes some keys, the same ones again and again, with values that depend on a number. */
    private static void put(OffHeapCache cache, int from, int count) {
        for (int i = from; i < from + count; i++) {
            ReplicationRig.put(cache, i % 1_000, i % 127, 1 + i % VALUE_BYTES);
            if (i % 7 == 0) {
                cache.remove((i * 31) % 1_000);
            }
        }
    }

    private static void runReplica(Aeron aeron, String channel, String statusChannel)
            throws IOException {
        try (CacheReplica replica =
                        CacheReplica.builder()
                                .cache(OffHeapCache.builder().memoryBytes(8 << 20))
                                .replicaId(1)
                                .aeron(aeron)
                                .channel(channel)
                                .statusChannel(statusChannel)
                                .lostAfterNs(TIMEOUT_NS)
                                .build();
                AgentRunner runner = runner(replica)) {
            AgentRunner.startOnThread(runner);
            answer(
                    line ->
                            "state="
                                    + replica.state()
                                    + " joins="
                                    + replica.joins()
                                    + " number="
                                    + replica.applied()
                                    + " digest="
                                    + replica.cache().digest());
        }
    }
}
