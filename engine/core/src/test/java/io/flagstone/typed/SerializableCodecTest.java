// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The codec finds classes in the class loaders of the type, of the thread's context and of this
 * library.
 */
class SerializableCodecTest {
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();

    /** Some tests load this class with another class loader. */
    public static final class Order implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    interface Hidden {}

    /** The handler of the proxies; does nothing. */
    public static final class Handler implements InvocationHandler, Serializable {
        private static final long serialVersionUID = 1L;

        @Override
        public Object invoke(Object proxy, java.lang.reflect.Method method, Object[] arguments) {
            return null;
        }
    }

    /** Returns a class loader that defines its own classes, including those of the tests. */
    private static URLClassLoader isolated() {
        return new URLClassLoader(
                new URL[] {
                    SerializableCodecTest.class.getProtectionDomain().getCodeSource().getLocation()
                },
                ClassLoader.getPlatformClassLoader());
    }

    private <T> T copy(Codec<T> codec, T value) {
        return codec.decode(buffer, 5, codec.encode(value, buffer, 5));
    }

    @Test
    void arraysPrimitivesAndClassesAreRead() {
        final Codec<Object> codec = Codecs.ofSerializable(Object.class);
        assertThat(copy(codec, new int[][] {{1}, {2}})).isEqualTo(new int[][] {{1}, {2}});
        assertThat(copy(codec, new Order[2])).isEqualTo(new Order[2]);
        for (final Class<?> type :
                List.of(int.class, void.class, double.class, long[][].class, Order[].class)) {
            assertThat(copy(codec, type)).isEqualTo(type);
        }
        assertThat(copy(Codecs.ofSerializable(byte[].class), new byte[3])).hasSize(3);
    }

    @Test
    void theGivenClassLoaderComesFirst() throws Exception {
        try (URLClassLoader other = isolated()) {
            final Codec<Object> codec = Codecs.ofSerializable(Object.class, other);
            final Class<?> theirs = other.loadClass(Order.class.getName());
            assertThat(copy(codec, new Order())).isInstanceOf(theirs);
            assertThat(copy(codec, new Order[0])).isInstanceOf(theirs.arrayType());
        }
    }

    @Test
    void theContextClassLoaderComesSecondAndThatOfTheLibraryLast() throws Exception {
        final Codec<Object> codec =
                Codecs.ofSerializable(Object.class, ClassLoader.getPlatformClassLoader());
        final Thread thread = Thread.currentThread();
        final ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader other = isolated()) {
            thread.setContextClassLoader(other);
            assertThat(copy(codec, new Order()))
                    .isInstanceOf(other.loadClass(Order.class.getName()));
            thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
            assertThat(copy(codec, new Order())).isInstanceOf(Order.class);
            thread.setContextClassLoader(null);
            assertThat(copy(codec, new Order())).isInstanceOf(Order.class);
        } finally {
            thread.setContextClassLoader(before);
        }
        final Codec<Object> jvm = Codecs.ofSerializable(Object.class, null);
        assertThat(copy(jvm, new ArrayList<>(List.of(1)))).isEqualTo(List.of(1));
        assertThat(copy(jvm, new Order())).isInstanceOf(Order.class);
    }

    @ParameterizedTest
    @ValueSource(classes = {Comparable.class, Comparator.class, Hidden.class})
    void proxiesAreRead(Class<?> type) {
        final Object proxy =
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {type, Serializable.class},
                        new Handler());
        for (final ClassLoader first :
                Arrays.asList(
                        getClass().getClassLoader(), ClassLoader.getPlatformClassLoader(), null)) {
            final Object read = copy(Codecs.ofSerializable(Object.class, first), proxy);
            assertThat(type.isInstance(read)).isTrue();
            assertThat(Proxy.getInvocationHandler(read)).isInstanceOf(Handler.class);
        }
    }

    @Test
    void theFilterOfTheJvmApplies() throws Exception {
        // The filter can be set only once in a JVM. It rejects one class, which only this test
        // serializes.
        if (ObjectInputFilter.Config.getSerialFilter() == null) {
            ObjectInputFilter.Config.setSerialFilter(
                    ObjectInputFilter.Config.createFilter("!" + Forbidden.class.getName()));
        }
        assertThatThrownBy(() -> copy(Codecs.ofSerializable(Forbidden.class), new Forbidden()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasCauseInstanceOf(InvalidClassException.class)
                .hasMessageContaining("REJECTED");
    }

    /** The class that the filter rejects. */
    static final class Forbidden implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void anObjectOfAnotherTypeIsRefused() {
        final Codec<Object> any = Codecs.ofSerializable(Object.class);
        final Codec<Order> orders = Codecs.ofSerializable(Order.class);
        final int length = any.encode("text", buffer, 0);
        assertThatThrownBy(() -> orders.decode(buffer, 0, length))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.String")
                .hasMessageContaining(Order.class.getName());
        assertThatThrownBy(() -> any.encode(new Object(), buffer, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.Object");
        assertThatThrownBy(() -> any.decode(buffer, 0, length - 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
