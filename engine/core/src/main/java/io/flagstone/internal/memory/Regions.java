// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import java.util.Arrays;
import org.agrona.UnsafeApi;

/**
 * The regions of a cache's segments, which all have the same length, for reads by address.
 *
 * <p>A read through a {@link Region} loads the region's reference, then its address, then the word.
 * Here the addresses are in one array, so a read without the lock waits for one load less. An
 * offset is added to an address once, as a {@code long}; the offsets of fields are then constants
 * of the load instructions.
 *
 * <p>An address comes from {@link #address}. It is valid while the caller keeps this object
 * reachable. The accessors are like those of {@link Region}: their memory order is in their name,
 * and with {@code -Dflagstone.bounds.checks=true} they check that an access lies inside one of the
 * regions, and count it for {@link AccessFaults}.
 *
 * <p>Immutable. Access allocates nothing.
 */
public final class Regions {
    /** The addresses of the first and the last byte of each region in order, for the checks. */
    private static volatile long[] bounds = {};

    private final Region[] regions;
    private final long[] addresses;
    private final int capacity;

    /** Creates the regions of these segments, in the order of the segments' numbers. */
    public Regions(Region[] regions) {
        this.regions = regions.clone();
        this.addresses = Arrays.stream(regions).mapToLong(Region::address).toArray();
        this.capacity = regions[0].capacity();
        if (Region.BOUNDS_CHECKS) {
            Arrays.stream(addresses).forEach(address -> register(address, capacity));
        }
    }

    /** Returns the region of a segment. */
    public Region get(int segment) {
        return regions[segment];
    }

    /** Returns the address of the start of a segment's region. */
    public long address(int segment) {
        return addresses[segment];
    }

    /** Returns the length of each region. */
    public int capacity() {
        return capacity;
    }

    /**
     * Reads a short.
     *
     * @return the value, 0 to 65 535.
     */
    public static int getUnsignedShort(long address) {
        check(address, Short.BYTES);
        return UnsafeApi.getShort(null, address) & 0xFFFF;
    }

    /** Reads an int. */
    public static int getInt(long address) {
        check(address, Integer.BYTES);
        return UnsafeApi.getInt(null, address);
    }

    /** Reads a long. */
    public static long getLong(long address) {
        check(address, Long.BYTES);
        return UnsafeApi.getLong(null, address);
    }

    /** Reads a long with opaque order: never torn, and not hoisted out of a loop. */
    public static long getLongOpaque(long address) {
        check(address, Long.BYTES);
        return UnsafeApi.getLongOpaque(null, address);
    }

    /** Reads a long with acquire order. */
    public static long getLongAcquire(long address) {
        check(address, Long.BYTES);
        return UnsafeApi.getLongAcquire(null, address);
    }

    /** Copies out of a region. */
    public static void copyOut(long address, Object base, long target, int length) {
        check(address, length);
        RawMemory.copy(null, address, base, target, length);
    }

    /** Returns whether bytes of a region equal others. */
    public static boolean equal(long address, Object base, long other, int length) {
        check(address, length);
        return RawMemory.equal(null, address, base, other, length);
    }

    private static void check(long address, int length) {
        if (Region.BOUNDS_CHECKS) {
            checkAccess(address, length);
        }
    }

    /** Allocates nothing, because tests of allocation run with the checks. */
    private static void checkAccess(long address, int length) {
        AccessFaults.access();
        final long[] all = bounds;
        final int found = Arrays.binarySearch(all, address);
        // If the address is not a bound, an odd number of bounds is below it in a region.
        final int first = found >= 0 ? found & -2 : -found - 2;
        if (length < 0 || first < 0 || (first & 1) != 0 || address + length - 1 > all[first + 1]) {
            throw new IndexOutOfBoundsException(
                    length + " bytes at address " + address + " are outside all regions");
        }
    }

    /** Adds a region, and removes those of closed caches whose memory it has. */
    private static synchronized void register(long address, int capacity) {
        final long[] before = bounds;
        final long[] after = new long[before.length + 2];
        int count = 0;
        boolean added = false;
        for (int i = 0; i <= before.length; i += 2) {
            final boolean last = i == before.length;
            if (!added && (last || before[i] >= address + capacity)) {
                after[count++] = address;
                after[count++] = address + capacity - 1;
                added = true;
            }
            if (!last && (before[i + 1] < address || before[i] >= address + capacity)) {
                after[count++] = before[i];
                after[count++] = before[i + 1];
            }
        }
        bounds = Arrays.copyOf(after, count);
    }
}
