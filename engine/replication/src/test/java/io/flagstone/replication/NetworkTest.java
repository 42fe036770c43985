// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.flagstone.testing.JavaProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two hosts replicate over UDP while their network fails in different ways. The replica notices,
 * and holds what the primary holds soon after the network works again.
 *
 * <p>The hosts are network namespaces, for which the test must be allowed to create them. It is
 * skipped otherwise.
 */
@Tag("any-jdk")
@Timeout(180)
class NetworkTest {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

    @TempDir Path directory;

    /** A process on one of the hosts. */
    private static final class Node implements AutoCloseable {
        private final Process process;
        private final BufferedReader answers;
        private final Path errors;

        Node(Namespaces hosts, int host, String role, Path directory) throws IOException {
            errors = directory.resolve(role + ".err");
            process =
                    new ProcessBuilder(
                                    hosts.on(
                                            host,
                                            List.of(
                                                    JavaProcess.java(),
                                                    "-Xmx128m",
                                                    "--add-opens",
                                                    "java.base/jdk.internal.misc=ALL-UNNAMED",
                                                    "-cp",
                                                    System.getProperty("java.class.path"),
                                                    NetworkNode.class.getName(),
                                                    role,
                                                    directory.resolve(role).toString(),
                                                    channel(1, 24_101),
                                                    channel(0, 24_102))))
                            .redirectError(errors.toFile())
                            .start();
            answers =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.US_ASCII));
        }

        private static String channel(int host, int port) {
            return "aeron:udp?term-length=64k|endpoint=" + Namespaces.ADDRESSES[host] + ":" + port;
        }

        String ask(String question) throws IOException {
            process.getOutputStream().write((question + "\n").getBytes(StandardCharsets.US_ASCII));
            process.getOutputStream().flush();
            final String answer = answers.readLine();
            if (answer == null) {
                throw new AssertionError("the node has ended: " + Files.readString(errors));
            }
            return answer;
        }

        /** Returns a part of an answer. */
        static String part(String answer, String name) {
            for (final String part : answer.split(" ")) {
                if (part.startsWith(name + "=")) {
                    return part.substring(name.length() + 1);
                }
            }
            throw new AssertionError("no " + name + " in " + answer);
        }

        String await(String what, Predicate<String> condition) throws IOException {
            final long startNs = System.nanoTime();
            String answer = ask("");
            while (!condition.test(answer)) {
                assertThat(System.nanoTime() - startNs)
                        .as("nanoseconds until %s: %s", what, answer)
                        .isLessThan(PATIENCE_NS);
                Thread.onSpinWait();
                answer = ask("");
            }
            return answer;
        }

        @Override
        public void close() {
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    private Namespaces hosts() {
        try {
            return new Namespaces();
        } catch (final IOException e) {
            final String reason = "no network namespaces here, so the network was not cut: " + e;
            System.out.println(reason);
            return abort(reason);
        }
    }

    private interface Fault {
        void set(boolean isOn) throws IOException;
    }

    /** The processes, and how many changes were made. */
    private Node primary;

    private Node replica;
    private int written;

    @Test
    void aReplicaSurvivesItsNetwork() throws IOException {
        try (Namespaces hosts = hosts();
                Node first = new Node(hosts, 0, "primary", directory);
                Node second = new Node(hosts, 1, "replica", directory)) {
            primary = first;
            replica = second;
            write(500);
            awaitEqual("the start");
            loss(hosts);
            cut("the cable is out", hosts::plug, true);
            cut("the primary is mute", isWhole -> hosts.mute(0, !isWhole), true);
            cut("the replica is mute", isWhole -> hosts.mute(1, !isWhole), false);
        }
    }

    private void write(int changes) throws IOException {
        primary.ask("put " + written + " " + changes);
        written += changes;
    }

    private void awaitEqual(String after) throws IOException {
        final String wanted = primary.ask("");
        final String digest = Node.part(wanted, "digest");
        replica.await(
                "the contents are equal after " + after,
                answer ->
                        Node.part(answer, "state").equals("LIVE")
                                && Node.part(answer, "digest").equals(digest));
        assertThat(Node.part(primary.ask(""), "digest")).isEqualTo(digest);
    }

    /** Loses packets in both directions: some at random if the kernel can, and some in a row. */
    private void loss(Namespaces hosts) throws IOException {
        final boolean isRandom = hosts.lose(0, 20) && hosts.lose(1, 20);
        if (!isRandom) {
            System.out.println("no netem here, so packets are lost in a row only");
        }
        for (int i = 0; i < 20; i++) {
            hosts.mute(i & 1, true);
            write(50);
            hosts.mute(i & 1, false);
            write(50);
        }
        awaitEqual("losses");
        assertThat(isRandom && !(hosts.lose(0, 0) && hosts.lose(1, 0))).isFalse();
    }

    /** Cuts the network, writes until changes are lost, and makes the network whole again. */
    private void cut(String how, Fault network, boolean isNoticed) throws IOException {
        final String before = replica.ask("");
        final long lost = Long.parseLong(Node.part(primary.ask(""), "lost"));
        network.set(false);
        if (isNoticed) {
            replica.await(
                    "the replica notices that " + how,
                    answer -> !Node.part(answer, "state").equals("LIVE"));
        }
        while (Long.parseLong(Node.part(primary.ask(""), "lost")) == lost) {
            write(200);
        }
        assertThat(Node.part(replica.ask(""), "digest"))
                .as("contents while " + how)
                .isNotEqualTo(Node.part(primary.ask(""), "digest"));
        network.set(true);
        awaitEqual(how);
        assertThat(Long.parseLong(Node.part(replica.ask(""), "joins")))
                .as("joined again after " + how)
                .isGreaterThan(Long.parseLong(Node.part(before, "joins")));
    }
}
