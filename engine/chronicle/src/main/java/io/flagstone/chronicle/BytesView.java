// SPDX-License-Identifier: Apache-2.0
package io.flagstone.chronicle;

import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import java.util.Objects;
import java.util.function.Consumer;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.PointerBytesStore;
import net.openhft.chronicle.bytes.VanillaBytes;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A value where it lies, as Chronicle's bytes: for {@code read} and {@code update} of the engine
 * and of the typed cache.
 *
 * <p>The bytes are the slab's own memory and nothing is copied. They are the value from 0 to its
 * length, and have none when the user returns, so that they cannot be kept. In {@code update} they
 * may be written to, from position 0 on or at offsets; in {@code read} they may not, though nothing
 * stops who does. For one thread at a time, again and again; allocates nothing.
 *
 * <p>A {@link PointerBytesStore} alone would do, but it checks no bounds: who reads or writes past
 * the value with that one is in the entries beside it. So it is shown through {@link Bytes}, which
 * do.
 *
 * <pre>{@code
 * BytesView view = new BytesView(bytes -> total += bytes.readLong(8));
 * cache.read(key, view);
 * }</pre>
 */
// Who uses this requires Chronicle's module, too: required transitively, all others would have to.
@SuppressWarnings("exports")
public final class BytesView implements ValueReader, ValueUpdater {
    private final PointerBytesStore memory = BytesStore.nativePointer();
    private final VanillaBytes<Void> bytes = VanillaBytes.vanillaBytes();
    private final Consumer<? super Bytes<?>> user;

    /**
     * A view for a user.
     *
     * @param user is shown the values, under the segment's lock; may not call the cache.
     */
    public BytesView(Consumer<? super Bytes<?>> user) {
        this.user = Objects.requireNonNull(user, "user");
    }

    @Override
    public void onValue(DirectBuffer value) {
        show(value);
    }

    @Override
    public void onValue(MutableDirectBuffer value) {
        show(value);
    }

    private void show(DirectBuffer value) {
        point(value.addressOffset(), value.capacity());
        try {
            user.accept(bytes);
        } finally {
            point(value.addressOffset(), 0);
        }
    }

    private void point(long address, int length) {
        memory.set(address, length);
        bytes.bytesStore(memory, 0, length);
        bytes.writePosition(length);
    }
}
