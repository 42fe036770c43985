// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.testing.TestSupport;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.IntStream;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The slot of a key, and the map as it grows. */
class SlotMapTest {
    private static SlotMap copy(SlotMap map) {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final int length = map.encode(buffer);
        final SlotMap copy = SlotMap.decode(new UnsafeBuffer(buffer, 0, length));
        assertThat(copy).isEqualTo(map).hasSameHashCodeAs(map);
        return copy;
    }

    private static SlotMap addShard(SlotMap before, String endpoints, int step) {
        SlotMap map = before.withShard(endpoints);
        final int shard = map.shards() - 1;
        for (SlotRange next = map.nextForShare(shard, step);
                next != null;
                next = map.nextForShare(shard, step)) {
            assertThat(next.size()).isBetween(1, step);
            final int source = map.shardOf(next.first());
            map = copy(map.withMove(next, shard));
            assertThat(map.move().source()).isEqualTo(source);
            assertThat(map.move().id()).isEqualTo(map.version());
            assertThat(map.shardOf(next.first())).isEqualTo(source);
            map = copy(map.switched());
            assertThat(map.shardOf(next.last())).isEqualTo(shard);
            map = copy(map.ended());
        }
        return map;
    }

    private static SlotMap removeShard(SlotMap before, int shard, int step) {
        SlotMap map = before;
        int target = map.targetOfRemoval(shard);
        for (SlotRange next = map.nextOfRemoval(shard, target, step);
                next != null;
                next = map.nextOfRemoval(shard, target, step)) {
            assertThat(next.size()).isBetween(1, step);
            assertThat(target).isNotEqualTo(shard);
            for (int slot = next.first(); slot <= next.last(); slot++) {
                assertThat(map.shardOf(slot)).isEqualTo(shard);
            }
            map = copy(map.withMove(next, target).switched().ended());
            target = map.targetOfRemoval(shard);
        }
        assertThat(map.slots(shard)).isZero();
        return copy(map.withoutShard(shard));
    }

    private static int[] slots(SlotMap map) {
        return IntStream.range(0, map.shards()).filter(map::isShard).map(map::slots).toArray();
    }

    @Test
    void theOthersGetTheSlotsOfARemovedShardInEqualParts() {
        final Random random = new Random(TestSupport.seed());
        SlotMap map = SlotMap.of("0");
        for (int shards = 2; shards <= 6; shards++) {
            map = addShard(map, Integer.toString(shards - 1), 900);
            for (int shard = 1; shard < shards; shard++) {
                final SlotMap left = removeShard(map, shard, 1 + random.nextInt(3_000));
                assertThat(slots(left)).hasSize(shards - 1);
                assertBalanced(slots(left));
                assertThat(left.version()).isGreaterThan(map.version());
            }
        }
    }

    private static void assertBalanced(int[] counts) {
        assertThat(IntStream.of(counts).sum()).isEqualTo(SlotMap.SLOTS);
        assertThat(IntStream.of(counts).max().orElseThrow())
                .isLessThanOrEqualTo(IntStream.of(counts).min().orElseThrow() + 1);
    }

    @Test
    void shardsKeepTheirNumbersWhenAnotherIsRemoved() {
        SlotMap map = SlotMap.of("0");
        for (int shard = 1; shard <= 3; shard++) {
            map = addShard(map, Integer.toString(shard), 5_000);
        }
        map = removeShard(map, 1, 700);
        assertThat(map.shards()).isEqualTo(4);
        assertThat(map.isShard(1)).isFalse();
        assertThat(map.isShard(2)).isTrue();
        assertThat(map.endpoints(1)).isEmpty();
        assertThat(map.shardAt("")).isEqualTo(-1);
        assertThat(map.shardAt("1")).isEqualTo(-1);
        assertThat(map.shardAt("3")).isEqualTo(3);
        assertThat(map.nextForShare(2, 100)).isNull();

        // The last numbers end with their shards, and a free number is used again.
        final SlotMap shorter = removeShard(map, 3, 16_384);
        assertThat(shorter.shards()).isEqualTo(3);
        assertThat(removeShard(shorter, 2, 16_384).shards()).isOne();
        final SlotMap again = map.withShard("4");
        assertThat(again.shardAt("4")).isOne();
        assertThat(again.shards()).isEqualTo(4);
    }

    @Test
    void aShardThatIsNeededIsNotDropped() {
        final SlotMap map = addShard(SlotMap.of("0"), "1", 16_384).withShard("2");
        assertThatThrownBy(() -> map.withoutShard(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("shard=1, slots=8192");
        assertThatThrownBy(() -> map.withMove(new SlotRange(3, 5), 2).withoutShard(2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("shard=2, slots=0, move=SlotMove");
        assertThatThrownBy(() -> map.withoutShard(0)).isInstanceOf(IllegalStateException.class);
        final SlotMap dropped = map.withoutShard(2);
        assertThatThrownBy(() -> dropped.withoutShard(2)).isInstanceOf(IllegalStateException.class);

        // Slots of a number without endpoints.
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final int length = dropped.encode(buffer);
        buffer.putShort(length - 3, (short) 0, ByteOrder.LITTLE_ENDIAN);
        assertThatThrownBy(() -> SlotMap.decode(new UnsafeBuffer(buffer, 0, length - 1)))
                .hasMessageContaining("damaged: shard=1");
    }

    @Test
    void theSlotIsTheChecksumOfTheKey() {
        // The check value of CRC-16/XMODEM is 0x31C3.
        assertThat(SlotMap.slotOf(TestSupport.bytes("123456789"), 0, 9)).isEqualTo(0x31C3);
        assertThat(SlotMap.slotOf(TestSupport.bytes("xfoo"), 1, 3)).isEqualTo(12_182);
        final int[] counts = new int[SlotMap.SLOTS];
        final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
        for (long i = 0; i < 4 * SlotMap.SLOTS; i++) {
            key.putLong(0, i);
            counts[SlotMap.slotOf(key, 0, 8)]++;
        }
        for (final int count : counts) {
            assertThat(count).isBetween(1, 16);
        }
    }

    @Test
    void aNewShardGetsAnEqualShare() {
        SlotMap map = SlotMap.of("0=a:1");
        assertThat(map.version()).isZero();
        assertThat(map.slots(0)).isEqualTo(SlotMap.SLOTS);
        for (int shards = 2; shards <= 5; shards++) {
            map = addShard(map, "0=host-" + shards + ":1", 700);
            int sum = 0;
            for (int shard = 0; shard < shards; shard++) {
                assertThat(map.slots(shard))
                        .isBetween(SlotMap.SLOTS / shards, SlotMap.SLOTS / shards + shards);
                sum += map.ranges(shard).stream().mapToInt(SlotRange::size).sum();
            }
            assertThat(sum).isEqualTo(SlotMap.SLOTS);
        }
        assertThat(map.shardAt("0=host-4:1")).isEqualTo(3);
        assertThat(map.shardAt("0=host-9:1")).isEqualTo(-1);
    }

    @Test
    void chosenSlotsMoveInStepsOfOneOwner() {
        final Random random = new Random(TestSupport.seed());
        SlotMap map = addShard(addShard(SlotMap.of("0"), "1", 5_000), "2", 300);
        for (int i = 0; i < 20; i++) {
            final int first = random.nextInt(SlotMap.SLOTS);
            final SlotRange wanted =
                    new SlotRange(first, first + random.nextInt(SlotMap.SLOTS - first));
            final int target = random.nextInt(3);
            final int step = 1 + random.nextInt(4_000);
            for (SlotRange next = map.nextOf(wanted, target, step);
                    next != null;
                    next = map.nextOf(wanted, target, step)) {
                final int owner = map.shardOf(next.first());
                assertThat(owner).isNotEqualTo(target);
                assertThat(next.size()).isLessThanOrEqualTo(step);
                for (int slot = next.first(); slot <= next.last(); slot++) {
                    assertThat(map.shardOf(slot)).isEqualTo(owner);
                }
                map = map.withMove(next, target).switched().ended();
            }
            for (int slot = wanted.first(); slot <= wanted.last(); slot++) {
                assertThat(map.shardOf(slot)).isEqualTo(target);
            }
        }
    }

    @Test
    void anAbortedMoveChangesNoSlot() {
        final SlotMap map = addShard(SlotMap.of("0"), "1", 4_096);
        final SlotMap aborted = copy(copy(map.withMove(new SlotRange(5, 9), 1)).aborted());
        assertThat(aborted.move().phase()).isEqualTo(SlotMove.Phase.ABORTED);
        assertThat(aborted.shardOf(7)).isZero();
        assertThat(copy(aborted.ended()).move()).isNull();
        assertThat(aborted.ended().version()).isEqualTo(map.version() + 3);
    }

    @Test
    void refusals() {
        assertThatThrownBy(() -> new SlotRange(9, 3)).hasMessageContaining("first=9, last=3");
        assertThatThrownBy(() -> new SlotRange(0, SlotMap.SLOTS))
                .hasMessageContaining("between 0 and 16383");
        assertThatThrownBy(() -> SlotMap.of("")).hasMessageContaining("length=0");
        assertThatThrownBy(() -> SlotMap.decode(new UnsafeBuffer(new byte[40])))
                .hasMessageContaining("template=0");
        SlotMap scattered = SlotMap.of("0").withShard("1");
        for (int slot = 0; slot < 5_000; slot += 2) {
            scattered = scattered.withMove(new SlotRange(slot, slot), 1).switched().ended();
        }
        final SlotMap map = scattered;
        assertThatThrownBy(() -> map.encode(new ExpandableArrayBuffer()))
                .hasMessageContaining("4096 ranges")
                .hasMessageContaining("ranges=5000");
    }
}
