// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads sizes in bytes: 65536, 64K, 256M, 2G. */
final class SizeConverter implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("([0-9]+)([KMGkmg]?)");

    @Override
    public Long convert(String text) {
        final Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException(
                    "'" + text + "' is not a size such as 65536, 64K, 256M or 2G");
        }
        final int shift =
                switch (matcher.group(2)) {
                    case "K", "k" -> 10;
                    case "M", "m" -> 20;
                    case "G", "g" -> 30;
                    default -> 0;
                };
        try {
            final long bytes = Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
            if (bytes == 0) {
                throw new TypeConversionException("a size must be more than zero");
            }
            return bytes;
        } catch (final NumberFormatException | ArithmeticException overflow) {
            throw new TypeConversionException("'" + text + "' is too large a size");
        }
    }
}
