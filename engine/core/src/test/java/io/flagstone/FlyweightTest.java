// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import io.flagstone.quotes.DepthDecoder;
import io.flagstone.quotes.DepthEncoder;
import io.flagstone.quotes.QuoteDecoder;
import io.flagstone.quotes.QuoteEncoder;
import io.flagstone.quotes.TradingState;
import io.flagstone.testing.TestSupport;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Generated flyweights encode into the slab and decode from it, without a copy or garbage. */
class FlyweightTest {
    private static final int SYMBOLS = 500;

    private final OffHeapCache cache =
            OffHeapCache.builder().memoryBytes(1 << 20).segments(2).build();
    private final QuoteEncoder encoder = new QuoteEncoder();
    private final QuoteDecoder decoder = new QuoteDecoder();
    private long next;
    private long expected;
    private boolean seen;

    private final ValueUpdater encode =
            slab -> {
                encoder.wrap(slab, 0).sequence(next).state(TradingState.HALTED);
                encoder.ask().mantissa(-next);
            };
    private final ValueReader decode =
            slab -> {
                decoder.wrap(slab, 0, QuoteDecoder.BLOCK_LENGTH, QuoteDecoder.SCHEMA_VERSION);
                seen = decoder.sequence() == expected && decoder.ask().mantissa() == -expected;
            };

    @AfterEach
    void auditAndClose() {
        TestSupport.assertClean(cache);
        cache.close();
    }

    private void putAll() {
        final UnsafeBuffer message = new UnsafeBuffer(new byte[QuoteEncoder.BLOCK_LENGTH]);
        for (int i = 0; i < SYMBOLS; i++) {
            encoder.wrap(message, 0).symbol("S" + i).sequence(0).state(TradingState.OPEN);
            encoder.ask().mantissa(0);
            cache.put(i, message, 0, message.capacity());
        }
    }

    @Test
    void everyFieldWrittenInPlaceIsReadInPlace() {
        putAll();
        final long[] last = new long[SYMBOLS];
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        for (int i = 1; i < 20_000; i++) {
            final int symbol = random.nextInt(SYMBOLS);
            next = i;
            assertThat(cache.update(symbol, encode)).isTrue();
            last[symbol] = i;
        }
        for (int symbol = 0; symbol < SYMBOLS; symbol++) {
            expected = last[symbol];
            assertThat(cache.read(symbol, decode)).isTrue();
            assertThat(seen).as("symbol %s", symbol).isTrue();
            assertThat(decoder.sbeBlockLength()).isEqualTo(QuoteEncoder.BLOCK_LENGTH);
        }
    }

    @Test
    void encodingAndDecodingAllocateNothing() {
        putAll();
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[QuoteEncoder.BLOCK_LENGTH]);
        final long allocated =
                TestSupport.allocated(
                        () -> {
                            for (int i = 0; i < 10_000; i++) {
                                next = i;
                                expected = i;
                                cache.update(i % SYMBOLS, encode);
                                cache.read(i % SYMBOLS, decode);
                                if (!seen) {
                                    throw new AssertionError();
                                }
                                if (cache.get(i % SYMBOLS, copy, 0) != QuoteEncoder.BLOCK_LENGTH) {
                                    throw new AssertionError();
                                }
                                decoder.wrap(
                                        copy,
                                        0,
                                        QuoteDecoder.BLOCK_LENGTH,
                                        QuoteDecoder.SCHEMA_VERSION);
                                if (decoder.sequence() != i) {
                                    throw new AssertionError();
                                }
                            }
                        });
        assertThat(allocated).as("bytes allocated once compiled").isZero();
    }

    /** Tests run with Agrona's bounds checks; without them the caller has to check. */
    @Test
    void aMessageThatDoesNotFitItsValueIsRefusedAndTheValueStays() {
        cache.put(1, new UnsafeBuffer(new byte[16]), 0, 16);
        assertThatThrownBy(() -> cache.update(1, encode))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(cache.getLong(1, 0, -1)).isZero();
    }

    @Test
    void aMessageWithAGroupIsPutAsAWhole() {
        final DepthEncoder depth = new DepthEncoder();
        final UnsafeBuffer message = new UnsafeBuffer(new byte[512]);
        final DepthDecoder read = new DepthDecoder();
        for (int levels = 0; levels < 20; levels++) {
            depth.wrap(message, 0).sequence(levels);
            final DepthEncoder.BidsEncoder bids = depth.bidsCount(levels);
            for (int i = 0; i < levels; i++) {
                bids.next().quantity(i).price().mantissa(100 - i);
            }
            cache.put(7, message, 0, depth.encodedLength());
            final int count = levels;
            cache.read(
                    7,
                    slab -> {
                        read.wrap(slab, 0, DepthDecoder.BLOCK_LENGTH, DepthDecoder.SCHEMA_VERSION);
                        assertThat(read.sequence()).isEqualTo(count);
                        int level = 0;
                        for (final DepthDecoder.BidsDecoder bid : read.bids()) {
                            assertThat(bid.quantity()).isEqualTo(level);
                            assertThat(bid.price().mantissa()).isEqualTo(100 - level);
                            level++;
                        }
                        assertThat(level).isEqualTo(count);
                    });
        }
    }
}
