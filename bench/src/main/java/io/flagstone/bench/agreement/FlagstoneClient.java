// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import io.aeron.cluster.client.AeronCluster;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.flagstone.OffHeapCache;
import io.flagstone.cluster.ClusterClientContext;
import io.flagstone.cluster.ClusterRequests;
import io.flagstone.cluster.Outcome;
import java.util.concurrent.TimeUnit;
import org.agrona.BitUtil;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A client of Flagstone's cluster, with a media driver of its own. Both wait as long as a member's
 * threads do.
 */
final class FlagstoneClient implements Client {
    private static final long REQUEST_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);
    private static final String TERM = "term-length=1m";
    private static final int SPINS = 100;
    private static final int YIELDS = 10;
    private static final long PARK_NS = TimeUnit.MICROSECONDS.toNanos(100);

    private final Answers answers;
    private final IdleStrategy idle;
    private final UnsafeBuffer keyBytes = new UnsafeBuffer(new byte[Long.BYTES]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[NumberedValue.LENGTH]);
    private final long[] tags;
    private final MediaDriver driver;
    private final ClusterRequests requests;

    /**
     * Connects.
     *
     * @param place where the members are.
     * @param dedicated whether the members' parts have a thread each.
     * @param answers receives the answers.
     */
    FlagstoneClient(Place place, boolean dedicated, Answers answers) {
        this.answers = answers;
        this.idle = idle(dedicated);
        this.tags = new long[BitUtil.findNextPositivePowerOfTwo(place.window())];
        this.driver =
                MediaDriver.launch(
                        new MediaDriver.Context()
                                .aeronDirectoryName(place.memory() + "/client")
                                .threadingMode(ThreadingMode.SHARED)
                                .sharedIdleStrategy(idle(dedicated))
                                .termBufferSparseFile(true)
                                .dirDeleteOnStart(true)
                                .dirDeleteOnShutdown(true)
                                // A client connects again; its failures meanwhile are no news.
                                .errorHandler(failure -> {}));
        ClusterRequests connected = null;
        try {
            connected =
                    ClusterRequests.connect(
                            new ClusterClientContext()
                                    .aeronCluster(() -> connection(place))
                                    .requestTimeoutNs(REQUEST_TIMEOUT_NS),
                            this::onResponse);
        } finally {
            if (connected == null) {
                driver.close();
            }
        }
        this.requests = connected;
    }

    private static IdleStrategy idle(boolean dedicated) {
        return dedicated
                ? new BackoffIdleStrategy(SPINS, YIELDS, 1_000, PARK_NS)
                : new BackoffIdleStrategy(1, 1, 1_000, PARK_NS);
    }

    private AeronCluster.Context connection(Place place) {
        return new AeronCluster.Context()
                .aeronDirectoryName(driver.aeronDirectoryName())
                .ingressChannel("aeron:udp?" + TERM)
                .ingressEndpoints(FlagstoneMember.members(place).ingressEndpoints())
                .egressChannel("aeron:udp?endpoint=127.0.0.1:0|" + TERM)
                .messageTimeoutNs(CONNECT_TIMEOUT_NS)
                .errorHandler(failure -> {});
    }

    @Override
    public boolean put(long tag, long key, long number) {
        keyBytes.putLong(0, key);
        NumberedValue.write(value, 0, number);
        return began(
                tag,
                requests.put(
                        keyBytes,
                        0,
                        Long.BYTES,
                        value,
                        0,
                        NumberedValue.LENGTH,
                        OffHeapCache.NO_TTL));
    }

    @Override
    public boolean get(long tag, long key) {
        keyBytes.putLong(0, key);
        return began(tag, requests.get(keyBytes, 0, Long.BYTES));
    }

    private boolean began(long tag, long request) {
        if (request == ClusterRequests.NOT_NOW) {
            return false;
        }
        tags[(int) request & (tags.length - 1)] = tag;
        return true;
    }

    private void onResponse(
            long request,
            Outcome outcome,
            long number,
            DirectBuffer buffer,
            int offset,
            int length) {
        answers.onAnswer(
                tags[(int) request & (tags.length - 1)],
                outcome == Outcome.OK || outcome == Outcome.NOT_FOUND,
                length == 0 ? NumberedValue.ABSENT : NumberedValue.read(buffer, offset, length));
    }

    @Override
    public int poll() {
        return requests.poll();
    }

    @Override
    public void idle(int work) {
        idle.idle(work);
    }

    @Override
    public void lead(int member) {
        // The client finds the leader by itself.
    }

    @Override
    public void close() {
        CloseHelper.closeAll(requests, driver);
    }
}
