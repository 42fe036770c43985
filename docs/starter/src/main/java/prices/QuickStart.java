// SPDX-License-Identifier: Apache-2.0
package prices;

import io.flagstone.OffHeapCache;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

public class QuickStart {
    public static void main(String[] args) {
        try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(64 << 20).build()) {
            UnsafeBuffer price = new UnsafeBuffer(new byte[8]);
            price.putDouble(0, 101.25);
            cache.put(42L, price, 0, 8, TimeUnit.SECONDS.toNanos(10));

            UnsafeBuffer found = new UnsafeBuffer(new byte[8]);
            if (cache.get(42L, found, 0) != OffHeapCache.NOT_FOUND) {
                System.out.println(found.getDouble(0));
            }
        }
    }
}
