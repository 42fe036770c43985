// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.slab;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeSet;
import org.agrona.BitUtil;

/**
 * Chooses the slab size and the size classes that waste the least memory for a sample of sizes.
 *
 * <p>Each entry costs the difference between chunk and entry, and its share of the unused end of a
 * slab. Each class costs the part of a slab that it leaves empty. For a given slab size, dynamic
 * programming over the sampled sizes in order finds the best classes: the best cut of a prefix
 * minimises the cost of its last class plus the cost of the best cut of the rest. This is done for
 * slabs of a power of two and for slabs of a multiple of the sizes that take the most bytes.
 *
 * <p>Between sampled sizes and beyond them, no class is more than about four times the one before.
 * So entries unlike the sample fit as well, up to twice the largest of the sample. Runs when a
 * cache is built, for some milliseconds.
 */
public final class SlabPlan {
    /** The smallest slab chosen if the caller gives no slab size. */
    public static final int MIN_AUTO_SLAB_BYTES = 1 << 12;

    /** The largest slab chosen if the caller gives no slab size and no entry needs a larger one. */
    public static final int MAX_AUTO_SLAB_BYTES = 1 << 20;

    /**
     * The part of a slab that a class of several slabs wastes. Replays with 0.05 to 0.5 gave too
     * few classes at higher values and too many at lower ones.
     */
    private static final double PARTIAL_SLAB = 0.12;

    /** Sizes that differ by less than this part of their length are merged. */
    private static final int MERGE_DIVISOR = 64;

    private static final int MAX_SAMPLED_CLASSES = 112;
    private static final int DOMINANT_SIZES = 4;
    private static final int GAP = 4;
    private static final int MAX_MULTIPLE = 64;

    /** A segment has at least this many slabs, if the largest entry allows it. */
    private static final int MIN_SLABS = 32;

    private final int regionBytes;
    private final int[] lengths;
    private final double[] shares;
    private double meanLength;
    private double bestCost = Double.MAX_VALUE;
    private int bestSlabBytes;
    private int[] bestChunks;

    private SlabPlan(NavigableMap<Integer, Long> sample, int regionBytes) {
        this.regionBytes = regionBytes;
        final int[] upTo = new int[sample.size()];
        final double[] share = new double[upTo.length];
        final double entries = sample.values().stream().mapToDouble(Long::doubleValue).sum();
        int count = 0;
        int first = 0;
        for (final Map.Entry<Integer, Long> size : sample.entrySet()) {
            final int length = length(size.getKey());
            if (count == 0 || length > first + first / MERGE_DIVISOR) {
                first = length;
                count++;
            }
            // Merged sizes count as the largest of them.
            upTo[count - 1] = length;
            share[count - 1] += size.getValue() / entries;
        }
        lengths = Arrays.copyOf(upTo, count);
        shares = Arrays.copyOf(share, count);
        for (int s = 0; s < count; s++) {
            meanLength += shares[s] * lengths[s];
        }
    }

    /**
     * Returns the size classes for a sample.
     *
     * @param sample a map from the bytes of key, padded to 8, and value together to the number of
     *     such entries; not empty.
     * @param regionBytes the bytes of a segment.
     * @param slabBytes the size of a slab, or 0 to choose it.
     */
    public static SizeClasses choose(
            NavigableMap<Integer, Long> sample, int regionBytes, int slabBytes) {
        final SlabPlan plan = new SlabPlan(sample, regionBytes);
        if (slabBytes != 0) {
            plan.consider(slabBytes);
        } else {
            plan.candidates().forEach(plan::consider);
        }
        return new SizeClasses(plan.bestSlabBytes, plan.bestChunks);
    }

    /** Returns the length of a sample's largest entry, with its header. */
    public static int largestLength(NavigableMap<Integer, Long> sample) {
        return length(sample.lastKey());
    }

    private static int length(int bytes) {
        return BitUtil.align(EntryDescriptor.HEADER_LENGTH + bytes, EntryDescriptor.ALIGNMENT);
    }

    private Set<Integer> candidates() {
        final int largest = lengths[lengths.length - 1];
        final int roomy = Math.min(SizeClasses.MAX_SLAB_BYTES, 2 * largest);
        final int least = BitUtil.align(Math.max(MIN_AUTO_SLAB_BYTES, roomy), Region.CACHE_LINE);
        final int most = Math.max(least, Math.min(MAX_AUTO_SLAB_BYTES, regionBytes / MIN_SLABS));
        final TreeSet<Integer> sizes = new TreeSet<>();
        sizes.add(least);
        for (int size = SizeClasses.MIN_SLAB_BYTES; size <= most; size <<= 1) {
            sizes.add(size);
        }
        final Integer[] bySize = new Integer[lengths.length];
        Arrays.setAll(bySize, i -> i);
        Arrays.sort(
                bySize, (a, b) -> Double.compare(shares[b] * lengths[b], shares[a] * lengths[a]));
        for (int i = 0; i < Math.min(DOMINANT_SIZES, bySize.length); i++) {
            for (int multiple = 1; multiple <= MAX_MULTIPLE; multiple++) {
                final int size = BitUtil.align(multiple * lengths[bySize[i]], Region.CACHE_LINE);
                if (size <= most) {
                    sizes.add(size);
                }
            }
        }
        return sizes.tailSet(least);
    }

    private void consider(int slabBytes) {
        int count = lengths.length;
        while (count > 0 && lengths[count - 1] > slabBytes) {
            count--;
        }
        double weight = 1.0;
        int[] chunks = cut(slabBytes, count, weight);
        while (chunks.length > MAX_SAMPLED_CLASSES) {
            weight *= 2;
            chunks = cut(slabBytes, count, weight);
        }
    }

    /**
     * Cuts the sizes into classes and keeps the result if it is the best so far.
     *
     * @param weight the weight of a class's partly filled slab.
     * @return the chunk sizes of the classes.
     */
    private int[] cut(int slabBytes, int count, double weight) {
        final double[] cost = new double[count + 1];
        final int[] from = new int[count + 1];
        for (int end = 1; end <= count; end++) {
            cost[end] = Double.MAX_VALUE;
            final double chunk =
                    (double) (slabBytes + SlabDescriptor.SLAB_LENGTH)
                            / (slabBytes / lengths[end - 1]);
            double share = 0;
            for (int begin = end - 1; begin >= 0; begin--) {
                share += shares[begin];
                final double slabs = share * chunk / meanLength * regionBytes / slabBytes;
                final double partial =
                        Math.max(PARTIAL_SLAB, 1 - slabs) * slabBytes * meanLength / regionBytes;
                final double total = cost[begin] + share * chunk + weight * partial;
                if (total < cost[end]) {
                    cost[end] = total;
                    from[end] = begin;
                }
            }
        }
        final List<Integer> chunks = new ArrayList<>();
        for (int end = count; end > 0; end = from[end]) {
            chunks.add(0, lengths[end - 1]);
        }
        final int[] result = chunks.stream().mapToInt(Integer::intValue).toArray();
        // One more slab, which a segment of many slabs keeps in reserve.
        final double reserve = (double) slabBytes * meanLength / regionBytes;
        if (result.length <= MAX_SAMPLED_CLASSES && cost[count] + reserve < bestCost) {
            bestCost = cost[count] + reserve;
            bestSlabBytes = slabBytes;
            bestChunks = withGapsFilled(result, slabBytes);
        }
        return result;
    }

    private static int[] withGapsFilled(int[] sampled, int slabBytes) {
        final TreeSet<Integer> all = new TreeSet<>();
        int upper = slabBytes;
        all.add(upper);
        for (int i = sampled.length - 1; i >= -1; i--) {
            final int lower = i >= 0 ? sampled[i] : SizeClasses.MIN_CHUNK_BYTES;
            while (upper / GAP > lower) {
                upper = upper / GAP & -EntryDescriptor.ALIGNMENT;
                all.add(upper);
            }
            upper = lower;
            all.add(upper);
        }
        return all.stream().mapToInt(Integer::intValue).toArray();
    }
}
