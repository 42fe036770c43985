// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Tests that the soak finds a cache that is wrong now and then. */
class FaultTest {
    /** A cache whose subclass is wrong at every 40th call of a method that it overrides. */
    private static class Faulty extends DelegatingCache {
        private static final int EVERY = 40;

        private final AtomicInteger calls = new AtomicInteger();

        Faulty(SoakCache delegate) {
            super(delegate);
        }

        boolean now() {
            return calls.incrementAndGet() % EVERY == 0;
        }
    }

    /**
     * Asserts that the soak finds a violation.
     *
     * @param messages the messages of which one must appear. If there are none, any violation of
     *     keys or values will do, because it depends on the threads which one is found first.
     */
    private static void assertFound(UnaryOperator<SoakCache> fault, String... messages) {
        final String seed = CommandResult.seed();
        final CommandResult run =
                CommandResult.of(
                        fault,
                        "--minutes=1",
                        "--threads=2",
                        "--seed=" + seed,
                        "--audit-every=0.5",
                        "--hang-after=1");
        assertThat(run.status()).as(run.out()).isEqualTo(1);
        assertThat(run.err()).startsWith("VIOLATION: ");
        if (messages.length == 0) {
            assertThat(run.err()).doesNotContain("an unexpected exception", "a thread hangs");
        } else {
            assertThat(run.err()).containsAnyOf(messages);
        }
        assertThat(run.err())
                .contains("where ", "expected ", "found ", "round 0", "repeat    java -jar")
                .contains("--seed " + seed);
    }

    @Test
    void aFlippedBit() {
        assertFound(
                cache ->
                        new Faulty(cache) {
                            @Override
                            public int get(SoakKey key, MutableDirectBuffer found, int offset) {
                                final int length = super.get(key, found, offset);
                                if (length > ValueCodec.MIN_COUNTER_LENGTH && now()) {
                                    final int last = offset + length - 1;
                                    found.putByte(last, (byte) (found.getByte(last) ^ 1));
                                }
                                return length;
                            }
                        },
                "a value is torn");
    }

    @Test
    void aStaleValue() {
        final Map<Long, byte[]> first = new ConcurrentHashMap<>();
        assertFound(
                cache ->
                        new Faulty(cache) {
                            @Override
                            public int get(SoakKey key, MutableDirectBuffer found, int offset) {
                                final int length = super.get(key, found, offset);
                                if (length < 0 || KeyCodec.isCounter(key.number())) {
                                    return length;
                                }
                                final byte[] bytes = new byte[length];
                                found.getBytes(offset, bytes);
                                final byte[] old = first.putIfAbsent(key.number(), bytes);
                                if (old == null || !now()) {
                                    return length;
                                }
                                found.putBytes(offset, old);
                                return old.length;
                            }
                        });
    }

    @Test
    void aMissOfALiveValue() {
        assertFound(
                cache ->
                        new Faulty(cache) {
                            @Override
                            public boolean contains(SoakKey key) {
                                return super.contains(key) && !now();
                            }
                        });
    }

    @Test
    void aValueThatComesBack() {
        assertFound(
                cache ->
                        new Faulty(cache) {
                            @Override
                            public boolean remove(SoakKey key) {
                                return now() ? super.contains(key) : super.remove(key);
                            }
                        });
    }

    @Test
    void aValueAfterItsDeadline() {
        assertFound(
                cache ->
                        new Faulty(cache) {
                            @Override
                            public boolean put(
                                    SoakKey key, DirectBuffer value, int at, int length, long ttl) {
                                final boolean longer = ttl != OffHeapCache.NO_TTL && now();
                                return super.put(key, value, at, length, longer ? ttl * 2 : ttl);
                            }
                        });
    }

    @Test
    void aLostWrite() {
        assertFound(
                cache ->
                        new Faulty(cache) {
                            @Override
                            public boolean replace(
                                    SoakKey key, DirectBuffer value, int at, int length, long ttl) {
                                return now()
                                        ? super.contains(key)
                                        : super.replace(key, value, at, length, ttl);
                            }
                        });
    }

    @Test
    void aLostAddition() {
        assertFound(
                cache ->
                        new Faulty(cache) {
                            @Override
                            public long addAndGetLong(
                                    SoakKey key, int index, long delta, long missing) {
                                if (!now()) {
                                    return super.addAndGetLong(key, index, delta, missing);
                                }
                                final long sum = super.addAndGetLong(key, index, 0, missing);
                                return sum == missing ? missing : sum + delta;
                            }
                        },
                "additions to a counter were lost",
                "a count went backwards");
    }

    @Test
    void bytesThatAreCorruptedInTheCache() {
        final UnsafeBuffer corrupt = new UnsafeBuffer(new byte[SoakConfiguration.MAX_VALUE_BYTES]);
        assertFound(
                cache ->
                        new Faulty(cache) {
                            @Override
                            public boolean putIfAbsent(
                                    SoakKey key, DirectBuffer value, int at, int length, long ttl) {
                                if (!now()) {
                                    return super.putIfAbsent(key, value, at, length, ttl);
                                }
                                synchronized (corrupt) {
                                    corrupt.putBytes(0, value, at, length);
                                    corrupt.putByte(
                                            length / 2, (byte) ~corrupt.getByte(length / 2));
                                    return super.putIfAbsent(key, corrupt, 0, length, ttl);
                                }
                            }
                        });
    }

    @Test
    void aReadThatIsNotCounted() {
        final UnsafeBuffer buffers = new UnsafeBuffer(new byte[SoakConfiguration.MAX_VALUE_BYTES]);
        assertFound(
                cache ->
                        new Faulty(cache) {
                            @Override
                            public boolean contains(SoakKey key) {
                                if (now()) {
                                    synchronized (buffers) {
                                        return super.get(key, buffers, 0) != OffHeapCache.NOT_FOUND;
                                    }
                                }
                                return super.contains(key);
                            }
                        },
                "hits do not agree",
                "misses do not agree");
    }

    @Test
    void anException() {
        final CommandResult run =
                CommandResult.of(
                        cache ->
                                new Faulty(cache) {
                                    @Override
                                    public boolean persist(SoakKey key) {
                                        throw new IllegalStateException("out of order");
                                    }
                                },
                        "--minutes=1",
                        "--threads=2",
                        "--seed=" + CommandResult.seed());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .contains("an unexpected exception", "out of order")
                // The set ttl operation calls persist if the drawn time to live is none.
                .containsAnyOf("(persist)", "(set ttl)");
    }

    @Test
    void aHang() {
        final CountDownLatch never = new CountDownLatch(1);
        assertFound(
                cache ->
                        new Faulty(cache) {
                            @Override
                            public boolean persist(SoakKey key) {
                                try {
                                    never.await();
                                } catch (final InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                                return super.persist(key);
                            }
                        },
                "a thread hangs: thread");
        never.countDown();
    }
}
