// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.CacheStatistics;
import io.flagstone.api.CacheStatistics.Counter;
import io.flagstone.api.RemovalCause;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class ReferenceModelTest {
    private static final long NEVER = Long.MAX_VALUE;

    private long now;
    private ReferenceModel model = new ReferenceModel(() -> now, true);

    @Test
    void findsNoDifferenceIfTheCacheIsRight() {
        put(1, 0, "a", 10);
        put(2, 0, "b", NEVER);
        put(3, 1, "c", NEVER);
        model.hit(1L, bytes("a"), 1);
        removal(RemovalCause.EVICTED, 2, "b");
        model.miss(2L);
        model.renewed(1L, 20, true);
        now = 19;
        model.hit(1L, bytes("a"), 1);
        now = 20;
        model.miss(1L);
        model.renewed(1L, 5, false);
        removal(RemovalCause.EXPIRED, 1, "a");
        put(1, 0, "d", NEVER);
        model.hit(1L, bytes("d"), 1);
        finish(2, 1, 1);

        assertThat(model.differences().described()).isEmpty();
        assertThat(model.differences().total()).isZero();
        assertThat(model.orderChecked()).isTrue();
    }

    @Test
    void findsAWrongValue() {
        put(1, 0, "a", NEVER);
        model.step(7);
        model.hit(1L, bytes("b"), 1);
        found(Difference.WRONG_VALUE, "step 7: key 1 value of 1 bytes, wrong from byte 0");
    }

    @Test
    void findsAWrongByteAtTheEndOfAValue() {
        put(1, 0, "0123456789abcdefghij", NEVER);
        model.hit(1L, bytes("0123456789abcdefgXij"), 20);
        found(Difference.WRONG_VALUE, "step 0: key 1 value of 20 bytes, wrong from byte 17");
    }

    @Test
    void findsAWrongLength() {
        put(1, 0, "abc", NEVER);
        model.hit(1L, bytes("abcd"), 4);
        found(Difference.WRONG_VALUE, "step 0: key 1 value of 4 bytes instead of 3");
    }

    @Test
    void findsAHitAfterARemoval() {
        put(1, 0, "a", NEVER);
        removal(RemovalCause.EVICTED, 1, "a");
        model.hit(1L, bytes("a"), 1);
        found(Difference.UNKNOWN_HIT, "step 0: key 1 found, but it was removed or never put");
    }

    @Test
    void findsAHitAtTheDeadline() {
        put(1, 0, "a", 10);
        now = 10;
        model.hit(1L, bytes("a"), 1);
        found(Difference.LATE_HIT, "step 0: key 1 found 0 ns after its deadline");
    }

    @Test
    void findsAnUnexplainedMiss() {
        put(1, 0, "a", 10);
        now = 9;
        model.miss(1L);
        found(
                Difference.UNEXPLAINED_MISS,
                "step 0: key 1 not found, though no removal was reported and its deadline is 1 ns"
                        + " away");
    }

    @Test
    void findsARenewalThatMissed() {
        put(1, 0, "a", NEVER);
        model.renewed(1L, 5, false);
        assertThat(model.differences().count(Difference.UNEXPLAINED_MISS)).isEqualTo(1);
    }

    @Test
    void findsARenewalOfAnAbsentKey() {
        model.renewed(1L, 5, true);
        found(Difference.UNKNOWN_HIT, "step 0: key 1 renewed, but it was removed or never put");
    }

    @Test
    void findsAnEvictionOutOfOrder() {
        put(1, 0, "a", NEVER);
        put(2, 0, "b", NEVER);
        put(3, 1, "c", NEVER);
        model.hit(1L, bytes("a"), 1);
        removal(RemovalCause.EVICTED, 1, "a");
        found(
                Difference.WRONG_ORDER,
                "step 0: key 1 EVICTED, though the least recently used of segment 0 was key 2");
    }

    @Test
    void countsNoRenewalAndNoMissAsUse() {
        put(1, 0, "a", 10);
        put(2, 0, "b", NEVER);
        model.renewed(1L, 10, true);
        removal(RemovalCause.EVICTED, 1, "a");
        assertThat(model.differences().total()).isZero();
    }

    @Test
    void doesNotCheckAnInexactOrder() {
        model = new ReferenceModel(() -> now, false);
        put(1, 0, "a", NEVER);
        put(2, 0, "b", NEVER);
        removal(RemovalCause.EVICTED, 2, "b");
        assertThat(model.differences().total()).isZero();
        assertThat(model.orderChecked()).isFalse();
    }

    @Test
    void doesNotCheckTheOrderOnceSizesDiffer() {
        put(1, 0, "a", NEVER);
        assertThat(model.orderChecked()).isTrue();
        put(2, 0, "bb", NEVER);
        assertThat(model.orderChecked()).isFalse();
        removal(RemovalCause.EVICTED, 2, "bb");
        assertThat(model.differences().total()).isZero();
    }

    @Test
    void findsAnExpiredEntryThatIsReportedAsEvicted() {
        put(1, 0, "a", 10);
        now = 10;
        removal(RemovalCause.EVICTED, 1, "a");
        found(Difference.LATE_EVICTION, "step 0: key 1 EVICTED, though it had expired 0 ns before");
    }

    @Test
    void findsAnExpiryBeforeTheDeadline() {
        put(1, 0, "a", 10);
        now = 9;
        removal(RemovalCause.EXPIRED, 1, "a");
        found(Difference.EARLY_EXPIRY, "step 0: key 1 EXPIRED 1 ns too early");
    }

    @Test
    void findsARemovalOfAnAbsentKey() {
        put(1, 0, "a", NEVER);
        removal(RemovalCause.EVICTED, 2, "a");
        found(Difference.UNKNOWN_REMOVAL, "step 0: key 2 EVICTED, but it was absent");
    }

    @Test
    void findsARemovalReportedTwice() {
        put(1, 0, "a", NEVER);
        removal(RemovalCause.EVICTED, 1, "a");
        removal(RemovalCause.EVICTED, 1, "a");
        found(Difference.UNKNOWN_REMOVAL, "step 0: key 1 EVICTED, but it was absent");
    }

    @Test
    void findsARemovalWithAWrongValue() {
        put(1, 0, "ab", NEVER);
        removal(RemovalCause.EVICTED, 1, "ax");
        found(
                Difference.WRONG_REMOVED_VALUE,
                "step 0: key 1 EVICTED: value of 2 bytes, wrong from byte 1");
    }

    @Test
    void findsRemovalsThatNothingAskedFor() {
        put(1, 0, "a", NEVER);
        put(2, 0, "b", NEVER);
        removal(RemovalCause.REMOVED, 1, "a");
        removal(RemovalCause.REPLACED, 2, "b");
        assertThat(model.differences().count(Difference.UNASKED_REMOVAL)).isEqualTo(2);
        assertThat(model.differences().total()).isEqualTo(2);
    }

    @Test
    void findsPutsThatTreatPresentKeysAsAbsentAndTheReverse() {
        put(1, 0, "a", NEVER);
        put(1, 0, "b", NEVER);
        found(
                Difference.WRONG_PUT,
                "step 0: key 1 put, but no removal of the previous entry was reported");
        model.stored(2L, 0, bytes("c"), 1, NEVER, false);
        assertThat(model.differences().count(Difference.WRONG_PUT)).isEqualTo(2);
    }

    @Test
    void findsWrongCounts() {
        put(1, 0, "a", NEVER);
        finish(2, 1, 3);
        assertThat(model.differences().described())
                .containsExactly(
                        "at the end: the cache counts 2 entries held, but reported 1",
                        "at the end: the cache counts 1 evictions, but reported 0",
                        "at the end: the cache counts 3 expirations, but reported 0");
        assertThat(model.differences().count(Difference.WRONG_COUNT)).isEqualTo(3);
    }

    @Test
    void acceptsTextKeys() {
        final UnsafeBuffer key = bytes("..price\u0007..");
        final Object identity = ModelKey.of(key, 2, 6);
        model.stored(identity, 0, bytes("a"), 1, NEVER, true);
        model.hit(ModelKey.of(bytes("price\u0007"), 0, 6), bytes("a"), 1);
        assertThat(model.differences().total()).isZero();
        model.hit(identity, bytes("b"), 1);
        found(Difference.WRONG_VALUE, "step 0: key \"price?\" value of 1 bytes, wrong from byte 0");
    }

    @Test
    void identifiesALongWithItsBytes() {
        final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
        key.putLong(0, 77, ByteOrder.nativeOrder());
        assertThat(ModelKey.of(key, 0, 8)).isEqualTo(ModelKey.of(77));
    }

    @Test
    void describesTheFirstDifferencesAndCountsAll() {
        for (int i = 0; i < 1000; i++) {
            model.hit((long) i, bytes("a"), 1);
        }
        assertThat(model.differences().total()).isEqualTo(1000);
        assertThat(model.differences().described()).hasSize(Differences.MAX_DESCRIBED);
        assertThat(model.differences().counts()).containsOnlyKeys(Difference.UNKNOWN_HIT);
    }

    private void put(long key, int segment, String value, long ttlNs) {
        model.stored(key, segment, bytes(value), value.length(), ttlNs, true);
    }

    private void removal(RemovalCause cause, long key, String value) {
        final UnsafeBuffer keyBytes = new UnsafeBuffer(new byte[8]);
        keyBytes.putLong(0, key, ByteOrder.nativeOrder());
        model.onRemoval(cause, keyBytes, bytes(value));
    }

    private void finish(long size, long evictions, long expirations) {
        model.finish(
                size,
                CacheStatistics.builder()
                        .set(Counter.BOUND_EVICTIONS, evictions)
                        .set(Counter.EXPIRATIONS, expirations)
                        .build());
    }

    private void found(Difference kind, String description) {
        assertThat(model.differences().described()).containsExactly(description);
        assertThat(model.differences().count(kind)).isEqualTo(1);
    }

    private static UnsafeBuffer bytes(String text) {
        return new UnsafeBuffer(text.getBytes(StandardCharsets.UTF_8));
    }
}
