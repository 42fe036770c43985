// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thread that waits for a load may run another task meanwhile, which waits for a load too. */
@Timeout(60)
class WaitGraphTest {
    private final ExecutorService first = Executors.newSingleThreadExecutor();
    private final ExecutorService second = Executors.newSingleThreadExecutor();

    @AfterEach
    void close() {
        first.shutdownNow();
        second.shutdownNow();
    }

    private static Load<String, String> load(String key) {
        return new Load<>(key, key, any -> "v", Load.Kind.MISS);
    }

    private static Load<String, String> begun(String key, ExecutorService thread) throws Exception {
        final Load<String, String> load = load(key);
        assertThat(thread.submit(load::begin).get()).isTrue();
        return load;
    }

    private void waitAndLeave(Load<String, String> load) throws Exception {
        first.submit(
                        () -> {
                            WaitGraph.enter(load);
                            WaitGraph.leave();
                        })
                .get();
    }

    private void assertCycle(Load<String, String> load) {
        assertThatThrownBy(() -> waitAndLeave(load))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("loads must not wait for each other");
    }

    @Test
    void aNestedWaitHidesNoOuterWait() throws Exception {
        final Load<String, String> mine = load("mine");
        final Load<String, String> outer = begun("outer", first);
        final Load<String, String> inner = begun("inner", second);
        mine.begin();
        WaitGraph.enter(outer);
        try {
            assertCycle(mine);
            WaitGraph.enter(inner);
            try {
                assertCycle(mine);
            } finally {
                WaitGraph.leave();
            }
            assertCycle(mine);
        } finally {
            WaitGraph.leave();
        }
        waitAndLeave(mine);
    }

    /** A load that began during the outer wait ends before it. */
    @Test
    void aLoadOfANestedTaskDoesNotWaitForTheOuterLoad() throws Exception {
        final Load<String, String> nested = load("nested");
        final Load<String, String> outer = begun("outer", first);
        final Load<String, String> inner = begun("inner", second);
        WaitGraph.enter(outer);
        try {
            nested.begin();
            waitAndLeave(nested);
            WaitGraph.enter(inner);
            try {
                waitAndLeave(nested);
            } finally {
                WaitGraph.leave();
            }
        } finally {
            WaitGraph.leave();
        }
    }

    @Test
    void aLoadThatHasEndedRefersToNoWait() throws Exception {
        final Load<String, String> nested = load("nested");
        WaitGraph.enter(begun("outer", first));
        try {
            nested.begin();
            assertThat(nested.begunDuring()).isNotNull();
            nested.end("v", null, false);
            assertThat(nested.begunDuring()).isNull();
        } finally {
            WaitGraph.leave();
        }
        assertThat(WaitGraph.current()).isNull();
    }

    @Test
    void everyLoadOfAThreadDependsOnItsInnermostWait() throws Exception {
        final Load<String, String> mine = load("mine");
        final Load<String, String> outer = begun("outer", second);
        final Load<String, String> nested = load("nested");
        final Load<String, String> inner = begun("inner", first);
        mine.begin();
        WaitGraph.enter(outer);
        try {
            nested.begin();
            WaitGraph.enter(inner);
            try {
                assertCycle(mine);
                assertCycle(nested);
            } finally {
                WaitGraph.leave();
            }
            waitAndLeave(mine);
            waitAndLeave(nested);
        } finally {
            WaitGraph.leave();
        }
    }
}
