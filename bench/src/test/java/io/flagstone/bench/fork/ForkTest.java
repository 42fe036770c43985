// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForkTest {
    private static final long LONG_MS = 60_000;

    @Test
    void returnsTheTextThatTheMainClassWrote() throws Exception {
        assertThat(new Fork(Writer.class, LONG_MS).run(List.of("a \"b\""))).isEqualTo("a \"b\" é");
    }

    @Test
    void failsWithTheInnermostCause() {
        assertThatThrownBy(() -> new Fork(Thrower.class, LONG_MS).run(List.of()))
                .isInstanceOf(ForkFailedException.class)
                .hasMessage("java.lang.UnsupportedOperationException: not on this JDK")
                .satisfies(
                        failure ->
                                assertThat(((ForkFailedException) failure).output())
                                        .contains("some output"));
    }

    @Test
    void failsIfTheJvmRefusesItsFlags() {
        assertThatThrownBy(
                        () ->
                                new Fork(Writer.class, LONG_MS)
                                        .flags(List.of("-XX:+NoSuchFlag"))
                                        .run(List.of("")))
                .isInstanceOf(ForkFailedException.class)
                .hasMessageContaining("NoSuchFlag");
    }

    @Test
    void killsTheJvmAfterTheTimeout() {
        assertThatThrownBy(() -> new Fork(Waiter.class, 100).run(List.of()))
                .isInstanceOf(ForkFailedException.class)
                .hasMessageStartingWith("still running after");
    }

    /** Writes its arguments. */
    public static final class Writer {
        private Writer() {}

        /** Runs. */
        public static void main(String[] args) throws IOException {
            Files.writeString(Path.of(args[0]), args[1] + " é");
        }
    }

    /** Fails. */
    public static final class Thrower {
        private Thrower() {}

        /** Runs. */
        public static void main(String[] args) {
            System.out.println("some output");
            throw new IllegalStateException(
                    "outer", new UnsupportedOperationException("not on this JDK"));
        }
    }

    /** Never ends. */
    public static final class Waiter {
        private Waiter() {}

        /** Runs. */
        public static void main(String[] args) throws InterruptedException {
            Thread.currentThread().join();
        }
    }
}
