// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The model of the work, over a map in this process that can be told to break its promises. */
@Tag("any-jdk")
class WorkloadTest {
    private final MapClient client = new MapClient();

    private Workload workload() throws IOException {
        return new Workload(
                answers -> {
                    client.answers = answers;
                    return client;
                });
    }

    private long digest(int member, long marker) {
        assertThat(client.applied.get(Keys.MARKER)).isEqualTo(marker);
        return Keys.digest(key -> client.applied.getOrDefault(key, NumberedValue.ABSENT));
    }

    @Test
    void countsEachPutAndFindsAllOfThem() throws Exception {
        try (Workload work = workload()) {
            final Histogram histogram = work.roundTrips(true, 1);
            work.roundTrips(false, 1);
            assertThat(work.pipelined(8, 1)).isPositive();
            final Workload.Contents contents = work.check(this::digest);

            assertThat(contents).isEqualTo(new Workload.Contents(0, 0));
            assertThat(work.described()).isEmpty();
            assertThat(work.puts()).isEqualTo(client.puts);
            assertThat(histogram.getTotalCount()).isPositive().isLessThan(client.puts);
            assertThat(client.mostUnderWay).isEqualTo(16);
        }
    }

    @Test
    void findsAnAcknowledgedPutThatIsLost() throws Exception {
        client.losePut = 1_000;
        try (Workload work = workload()) {
            work.pipelined(1, 1);
            // Later puts of the same key would hide it.
            client.applied.put(client.lostKey, 1L);
            final Workload.Contents contents = work.check(this::digest);

            assertThat(contents.lost()).isEqualTo(1);
            assertThat(contents.unequal()).isEqualTo(Place.MEMBERS);
            assertThat(work.described())
                    .singleElement()
                    .asString()
                    .startsWith("key " + client.lostKey + " has 1 instead of ");
        }
    }

    @Test
    void findsAReadThatIsNotTheLastPut() throws Exception {
        try (Workload work = workload()) {
            work.pipelined(4, 1);
            client.staleReads = true;
            work.roundTrips(false, 1);
            client.staleReads = false;

            assertThat(work.check(this::digest).lost()).isPositive();
        }
    }

    @Test
    void findsAMemberThatIsDifferent() throws Exception {
        try (Workload work = workload()) {
            work.roundTrips(true, 1);

            final Workload.Contents contents =
                    work.check((id, marker) -> digest(id, marker) + (id == 1 ? 1 : 0));

            assertThat(contents).isEqualTo(new Workload.Contents(0, 1));
        }
    }

    @Test
    void aPutThatFailsWhileThereIsALeaderIsAnError() throws Exception {
        client.failPut = 500;
        try (Workload work = workload()) {
            assertThatThrownBy(() -> work.pipelined(4, 1))
                    .isInstanceOf(IOException.class)
                    .hasMessage("1 requests have failed while there was a leader");
            assertThat(work.puts()).isEqualTo(client.puts - 1);
        }
    }

    @Test
    void anInterruptEndsTheWork() throws Exception {
        try (Workload work = workload()) {
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> work.roundTrips(true, 3_600))
                    .isInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }

    /** Executes requests in a map, and answers at the next poll. */
    private static final class MapClient implements Client {
        private final Map<Long, Long> applied = new HashMap<>();
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private Answers answers;
        private long puts;
        private long losePut = -1;
        private long failPut = -1;
        private long lostKey = -1;
        private boolean staleReads;
        private int mostUnderWay;

        @Override
        public boolean put(long tag, long key, long number) {
            puts++;
            if (puts == losePut) {
                lostKey = key;
            } else {
                applied.put(key, number);
            }
            final boolean done = puts != failPut;
            return begin(() -> answers.onAnswer(tag, done, NumberedValue.ABSENT));
        }

        @Override
        public boolean get(long tag, long key) {
            final long number = applied.getOrDefault(key, NumberedValue.ABSENT);
            return begin(() -> answers.onAnswer(tag, true, staleReads ? number - 1 : number));
        }

        private boolean begin(Runnable answer) {
            waiting.add(answer);
            mostUnderWay = Math.max(mostUnderWay, waiting.size());
            return true;
        }

        @Override
        public int poll() {
            final int answered = waiting.size();
            for (int i = 0; i < answered; i++) {
                waiting.remove().run();
            }
            return answered;
        }

        @Override
        public void idle(int work) {
            // Every poll has all answers.
        }

        @Override
        public void lead(int member) {
            // There is one.
        }

        @Override
        public void close() {
            assertThat(waiting).isEmpty();
        }
    }
}
