// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.tape.Trade;
import java.math.BigDecimal;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a tick size in dollars as the fixed-point number used for prices, without rounding. */
final class TickSizeConverter implements ITypeConverter<Long> {
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,8})?");

    @Override
    public Long convert(String text) {
        if (!DECIMAL.matcher(text).matches()) {
            throw new TypeConversionException(
                    "'"
                            + text
                            + "' is not a tick size such as 0.01, with at most "
                            + Trade.PLACES
                            + " decimal places");
        }
        final long tickSize = new BigDecimal(text).movePointRight(Trade.PLACES).longValueExact();
        if (tickSize == 0) {
            throw new TypeConversionException("a tick size must be more than zero");
        }
        return tickSize;
    }

    /**
     * Formats a tick size in the form that {@link #convert} reads.
     *
     * @param tickSize the tick size in units of 1e-8 dollars.
     * @return the tick size in dollars.
     */
    static String show(long tickSize) {
        return BigDecimal.valueOf(tickSize, Trade.PLACES).stripTrailingZeros().toPlainString();
    }
}
