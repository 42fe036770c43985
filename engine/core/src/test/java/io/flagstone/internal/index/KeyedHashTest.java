// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestSupport;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that the hash depends on every bit of seed and key and spreads regular keys evenly. */
class KeyedHashTest {
    private static final int MAX_LENGTH = 200;
    private static final int AVALANCHE_SAMPLES = 20_000;
    private static final double AVALANCHE_TOLERANCE = 0.03;
    private static final int KEYS = 1 << 18;

    /** Limit in standard deviations of chi-square. Chance exceeds it once in about ten billion. */
    private static final double SIGMAS = 6.5;

    private final long seed = TestSupport.seed();
    private final Random random = new Random(seed);
    private final KeyedHash hash = new KeyedHash(seed);

    private static long hashBytes(KeyedHash hash, byte[] key, int offset, int length) {
        return hash.hash(key, new UnsafeBuffer(key).addressOffset() + offset, length);
    }

    @Test
    void longHashesLikeItsEightBytes() {
        final byte[] bytes = new byte[Long.BYTES];
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        for (int i = 0; i < 1_000; i++) {
            final long key = random.nextLong() >> random.nextInt(64);
            buffer.putLong(0, key);
            assertThat(hash.hash(key)).isEqualTo(hashBytes(hash, bytes, 0, bytes.length));
        }
    }

    /** The same seed gives the same hash everywhere, as the constructor promises. */
    @Test
    void matchesDefinition() {
        for (int length = 1; length <= MAX_LENGTH; length++) {
            final long anySeed = random.nextLong();
            final byte[] key = new byte[length];
            random.nextBytes(key);
            assertThat(hashBytes(new KeyedHash(anySeed), key, 0, length))
                    .as("seed %d: %d bytes", seed, length)
                    .isEqualTo(definition(anySeed, key));
        }
    }

    /** Computes the hash from its definition, with the JDK's SplitMix64 and BigInteger products. */
    private static long definition(long seed, byte[] key) {
        final long[] secrets = new SplittableRandom(seed).longs(4).toArray();
        final ByteBuffer words =
                ByteBuffer.wrap(Arrays.copyOf(key, Math.max(Long.BYTES, key.length)))
                        .order(ByteOrder.LITTLE_ENDIAN);
        long state = secrets[0];
        int done = 0;
        for (; key.length - done > 16; done += 16) {
            state =
                    fold(
                            words.getLong(done) ^ secrets[1],
                            words.getLong(done + Long.BYTES) ^ state);
        }
        final int first = done == 0 ? 0 : key.length - 16;
        final long second = key.length > 8 ? words.getLong(key.length - Long.BYTES) : 0;
        return fold(
                fold(words.getLong(first) ^ secrets[1], second ^ state) ^ secrets[2],
                secrets[3] ^ key.length);
    }

    private static long fold(long a, long b) {
        final BigInteger product = BigInteger.valueOf(a).multiply(BigInteger.valueOf(b));
        return product.longValue() ^ product.shiftRight(Long.SIZE).longValue();
    }

    @Test
    void dependsOnSeed() {
        final KeyedHash same = new KeyedHash(seed);
        final KeyedHash other = new KeyedHash(seed + 1);
        assertThat(same.seed()).isEqualTo(seed);
        final byte[] key = new byte[MAX_LENGTH];
        random.nextBytes(key);
        for (int length = 1; length <= MAX_LENGTH; length++) {
            final long expected = hashBytes(hash, key, 0, length);
            assertThat(hashBytes(same, key, 0, length)).isEqualTo(expected);
            assertThat(hashBytes(other, key, 0, length)).isNotEqualTo(expected);
        }
    }

    @Test
    void dependsOnEveryByteOfKeyAndNoOther() {
        final byte[] key = new byte[MAX_LENGTH + 2];
        random.nextBytes(key);
        for (int length = 1; length <= MAX_LENGTH; length++) {
            final long expected = hashBytes(hash, key, 1, length);
            for (int i = 0; i < length + 2; i++) {
                key[i] ^= 0x10;
                final boolean inside = i > 0 && i <= length;
                assertThat(hashBytes(hash, key, 1, length) == expected)
                        .as("seed %d: byte %d of %d changed", seed, i - 1, length)
                        .isEqualTo(!inside);
                key[i] ^= 0x10;
            }
        }
    }

    @Test
    void zeroesOfDifferentLengthsDiffer() {
        final byte[] zeroes = new byte[MAX_LENGTH];
        final Set<Long> hashes = new HashSet<>();
        for (int length = 1; length <= MAX_LENGTH; length++) {
            hashes.add(hashBytes(hash, zeroes, 0, length));
        }
        assertThat(hashes).hasSize(MAX_LENGTH);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 16, 24, 32})
    void inputBitFlipsOutputBitHalfTheTime(int length) {
        final byte[] key = new byte[length];
        final int[][] flips = new int[length * Byte.SIZE][Long.SIZE];
        for (int sample = 0; sample < AVALANCHE_SAMPLES; sample++) {
            random.nextBytes(key);
            final long before = hashBytes(hash, key, 0, length);
            for (int in = 0; in < flips.length; in++) {
                key[in >>> 3] ^= (byte) (1 << (in & 7));
                final long changed = before ^ hashBytes(hash, key, 0, length);
                key[in >>> 3] ^= (byte) (1 << (in & 7));
                final int[] counts = flips[in];
                for (int out = 0; out < Long.SIZE; out++) {
                    counts[out] += (int) (changed >>> out & 1);
                }
            }
        }
        for (int in = 0; in < flips.length; in++) {
            for (int out = 0; out < Long.SIZE; out++) {
                assertThat((double) flips[in][out] / AVALANCHE_SAMPLES)
                        .as("seed %d: input bit %d on output bit %d", seed, in, out)
                        .isBetween(0.5 - AVALANCHE_TOLERANCE, 0.5 + AVALANCHE_TOLERANCE);
            }
        }
    }

    static Stream<Arguments> keySets() {
        final KeyedHash hash = new KeyedHash(TestSupport.seed());
        return Stream.concat(
                Stream.of(
                        Arguments.of("sequential", (LongUnaryOperator) hash::hash),
                        Arguments.of(
                                "negative", (LongUnaryOperator) i -> hash.hash(Long.MIN_VALUE + i)),
                        Arguments.of("text", (LongUnaryOperator) i -> text(hash, "" + i)),
                        Arguments.of(
                                "path",
                                (LongUnaryOperator) i -> text(hash, "/orders/2013/EUR/" + i)),
                        Arguments.of(
                                "suffixed",
                                (LongUnaryOperator) i -> text(hash, i + "-bitstamp-usd-trades")),
                        Arguments.of(
                                "symbol",
                                (LongUnaryOperator)
                                        i -> text(hash, "SYM" + Long.toString(i, 26) + ".XNAS"))),
                Stream.of(1, 3, 6, 12, 16, 20, 32, 40, 45)
                        .map(
                                k ->
                                        Arguments.of(
                                                "stride of 2^" + k,
                                                (LongUnaryOperator) i -> hash.hash(i << k))));
    }

    private static long text(KeyedHash hash, String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return hashBytes(hash, bytes, 0, bytes.length);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keySets")
    void spreadsRegularKeys(String name, LongUnaryOperator keys) {
        final int buckets = 24_571;
        final int segmentBits = 6;
        final int[] byBucket = new int[buckets];
        final int[] byTag = new int[1 << 16];
        final int[] bySegment = new int[1 << segmentBits];
        final int[] bySegmentAndTag = new int[1 << 12];
        final int[] byTagAndBucket = new int[1 << 12];
        for (long i = 0; i < KEYS; i++) {
            final long h = keys.applyAsLong(i);
            final int tag = KeyedHash.tag(KeyedHash.indexHash(h));
            final int segment = KeyedHash.segment(h, segmentBits);
            final long bucket = Integer.toUnsignedLong(KeyedHash.indexHash(h));
            byBucket[(int) (bucket * buckets >>> 32)]++;
            byTag[tag]++;
            bySegment[segment]++;
            bySegmentAndTag[segment << 6 | tag >>> 10]++;
            byTagAndBucket[(tag & 63) << 6 | (int) (bucket >>> 26)]++;
        }
        assertThat(byTag[BucketDescriptor.EMPTY])
                .as("no key has the tag of an empty slot")
                .isZero();
        assertThat(byTag[1]).as("no key has tag 1; see BucketDescriptor").isZero();
        for (int missing = 0; missing < 2; missing++) {
            byTag[missing] = byTag[missing + 2] / 2;
            byTag[missing + 2] -= byTag[missing];
        }
        assertUniform(name + " over buckets", byBucket);
        assertUniform(name + " over tags", byTag);
        assertUniform(name + " over segments", bySegment);
        assertUniform(name + " over segments and tags", bySegmentAndTag);
        assertUniform(name + " over tags and buckets", byTagAndBucket);
    }

    private void assertUniform(String what, int[] counts) {
        final double expected = (double) KEYS / counts.length;
        double chiSquare = 0;
        for (final int count : counts) {
            chiSquare += (count - expected) * (count - expected) / expected;
        }
        final double degrees = counts.length - 1;
        // No lower limit: sequential keys may spread more evenly than chance, which does no harm.
        assertThat((chiSquare - degrees) / Math.sqrt(2 * degrees))
                .as("seed %d: %s, in standard deviations", seed, what)
                .isLessThan(SIGMAS);
    }

    @Test
    void splitsBitsOfHash() {
        final long h = 0xABCD_1234_89AB_CDEFL;
        assertThat(KeyedHash.indexHash(h)).isEqualTo(0x89AB_CDEF);
        assertThat(KeyedHash.tag(0x89AB_CDEF)).isEqualTo(0xCDEF);
        assertThat(KeyedHash.tag(0xFFFF_0000)).as("0 is an empty slot").isEqualTo(2);
        assertThat(KeyedHash.tag(0xFFFF_0001)).as("1 differs from 0 in one bit").isEqualTo(3);
        assertThat(KeyedHash.tag(0xFFFF_0002)).isEqualTo(2);
        assertThat(KeyedHash.tag(-1)).isEqualTo(0xFFFF);
        assertThat(KeyedHash.segment(h, 0)).isZero();
        assertThat(KeyedHash.segment(h, 1)).isEqualTo(1);
        assertThat(KeyedHash.segment(h, 8)).isEqualTo(0xAB);
        assertThat(KeyedHash.segment(-1, 14)).isEqualTo((1 << 14) - 1);
    }
}
