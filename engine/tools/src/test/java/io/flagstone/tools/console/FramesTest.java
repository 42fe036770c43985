// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FramesTest {
    /** Records each write and each flush. */
    private static final class Recorder extends Writer {
        private final List<String> events = new ArrayList<>();

        @Override
        public void write(char[] text, int offset, int length) {
            events.add(new String(text, offset, length));
        }

        @Override
        public void flush() {
            events.add("flush");
        }

        @Override
        public void close() {}
    }

    @Test
    void overwritesLineByLineAndErasesTheRest() {
        assertThat(Frames.render(List.of("one", "", "four"), 4))
                .isEqualTo("\033[Hone\033[K\r\n\033[K\r\nfour\r\n\033[J");
    }

    @Test
    void writesAFrameAtOnce() {
        final Recorder terminal = new Recorder();
        try (Frames frames = new Frames(new PrintWriter(terminal, true))) {
            frames.draw(List.of("a", "b"), 80);
        }
        assertThat(terminal.events).containsExactly("\033[Ha\033[K\r\nb\033[K\r\n\033[J", "flush");
    }
}
