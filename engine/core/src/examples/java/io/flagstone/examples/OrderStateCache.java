// SPDX-License-Identifier: Apache-2.0
package io.flagstone.examples;

import com.sun.management.ThreadMXBean;
import io.flagstone.OffHeapCache;
import io.flagstone.api.ValueUpdater;
import java.lang.management.ManagementFactory;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Keeps the state of working orders by order id. An order is added when sent, filled in place, and
 * removed when done. Allocates nothing, no matter how many orders come and go.
 *
 * <pre>
 *  +------------------+
 *  | Price (64)       |    0    in ticks
 *  | Quantity (64)    |    8    ordered
 *  | Filled (64)      |   16
 *  | Value (64)       |   24    of the fills: sum of price times quantity
 *  +------------------+
 * </pre>
 */
public final class OrderStateCache implements AutoCloseable {
    private static final int PRICE = 0;
    private static final int QUANTITY = 8;
    private static final int FILLED = 16;
    private static final int VALUE = 24;
    private static final int LENGTH = 32;

    private final OffHeapCache cache;
    private final UnsafeBuffer order = new UnsafeBuffer(new byte[LENGTH]);
    private long fillPrice;
    private long fillQuantity;
    private boolean overfill;
    private boolean done;

    private final ValueUpdater fill =
            state -> {
                final long filled = state.getLong(FILLED) + fillQuantity;
                overfill = filled > state.getLong(QUANTITY);
                if (!overfill) {
                    state.putLong(FILLED, filled);
                    state.putLong(VALUE, state.getLong(VALUE) + fillPrice * fillQuantity);
                    done = filled == state.getLong(QUANTITY);
                }
            };

    /** The outcome of a fill. */
    public enum Outcome {
        /** The order is unknown. */
        UNKNOWN,
        /** The fill exceeds the ordered quantity. The order is unchanged. */
        OVERFILL,
        /** The order is partly filled and keeps working. */
        PARTIAL,
        /** The order is done and was removed. */
        DONE
    }

    /** Creates a cache for a number of working orders. Not thread-safe. */
    public OrderStateCache(int mostOrders) {
        // The limits are too high to be reached, because an evicted order would be lost.
        cache =
                OffHeapCache.builder()
                        .memoryBytes(4L * mostOrders * 128)
                        .maxEntries(4L * mostOrders)
                        .build();
    }

    /** Returns the engine. */
    public OffHeapCache engine() {
        return cache;
    }

    /** Adds an order that was sent. Returns false if its id is already known. */
    public boolean sent(long orderId, long price, long quantity) {
        order.putLong(PRICE, price);
        order.putLong(QUANTITY, quantity);
        order.putLong(FILLED, 0);
        order.putLong(VALUE, 0);
        return cache.putIfAbsent(orderId, order, 0, LENGTH);
    }

    /** Records a fill of an order. */
    public Outcome filled(long orderId, long price, long quantity) {
        fillPrice = price;
        fillQuantity = quantity;
        done = false;
        if (!cache.update(orderId, fill)) {
            return Outcome.UNKNOWN;
        }
        if (overfill) {
            return Outcome.OVERFILL;
        }
        if (done) {
            cache.remove(orderId);
            return Outcome.DONE;
        }
        return Outcome.PARTIAL;
    }

    /** Removes an order that was cancelled. Returns its filled quantity, or -1 if it is unknown. */
    public long cancelled(long orderId) {
        return cache.getAndRemove(orderId, order, 0) == LENGTH ? order.getLong(FILLED) : -1;
    }

    /** Returns the open quantity of an order, or -1 if it is unknown. */
    public long open(long orderId) {
        return cache.get(orderId, order, 0) == LENGTH
                ? order.getLong(QUANTITY) - order.getLong(FILLED)
                : -1;
    }

    @Override
    public void close() {
        cache.close();
    }

    /** Shows the life of one order, and then millions of orders that pass through. */
    public static void main(String[] args) {
        final int working = 1_000;
        try (OrderStateCache cache = new OrderStateCache(working)) {
            cache.sent(1, 10_000, 100);
            System.out.println("order 1: 100 sent, open " + cache.open(1));
            System.out.println(
                    "40 filled: " + cache.filled(1, 10_000, 40) + ", open " + cache.open(1));
            System.out.println(
                    "61 filled: " + cache.filled(1, 10_000, 61) + ", open " + cache.open(1));
            System.out.println(
                    "60 filled: " + cache.filled(1, 10_000, 60) + ", open " + cache.open(1));
            System.out.println("1 filled: " + cache.filled(1, 10_000, 1));

            pass(cache, working, 2, 1_000_000);
            final long before = allocatedBytes();
            final long done = pass(cache, working, 1_000_002, 1_000_000);
            final long bytes = allocatedBytes() - before;
            System.out.println(
                    done
                            + " more orders done, "
                            + cache.engine().size()
                            + " working, "
                            + bytes / done
                            + " bytes allocated an order");
        }
    }

    /** Sends orders, and fills each one completely when {@code working} others were sent. */
    private static long pass(OrderStateCache cache, int working, long firstId, long orders) {
        long done = 0;
        for (long id = firstId; id < firstId + orders; id++) {
            cache.sent(id, 10_000, 100);
            cache.filled(id, 10_000, 40);
            if (cache.filled(id - working, 9_999, 60) == Outcome.DONE) {
                done++;
            }
        }
        return done;
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
