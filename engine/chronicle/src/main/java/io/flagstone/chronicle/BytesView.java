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
 * Shows a value in place as Chronicle bytes, for {@code read} and {@code update} of the engine and
 * of the typed cache. For one thread at a time; reusable; allocates nothing.
 *
 * <p>The bytes are the slab's own memory; nothing is copied. They contain the value from 0 to its
 * length. When the user returns they become empty, so that it cannot keep access. In {@code
 * update}, the user may write to them, from position 0 or at offsets. In {@code read}, the user
 * must not write, but nothing prevents it.
 *
 * <p>A {@link PointerBytesStore} alone checks no bounds: a read or write past the value would reach
 * neighbouring entries. So the user gets {@link Bytes}, which check bounds.
 *
 * <pre>{@code
 * BytesView view = new BytesView(bytes -> total += bytes.readLong(8));
 * cache.read(key, view);
 * }</pre>
 */
// The module requires Chronicle Bytes transitively, so users of these signatures can read it.
@SuppressWarnings("exports")
public final class BytesView implements ValueReader, ValueUpdater {
    private final PointerBytesStore memory = BytesStore.nativePointer();
    private final VanillaBytes<Void> bytes = VanillaBytes.vanillaBytes();
    private final Consumer<? super Bytes<?>> user;

    /**
     * Creates a view for a user.
     *
     * @param user receives the values, under the segment's lock; must not call the cache.
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
