// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.trace.TraceFormat;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the name of a trace format. The error for an unknown name lists all of them. */
final class FormatConverter implements ITypeConverter<TraceFormat> {
    @Override
    public TraceFormat convert(String text) {
        for (final TraceFormat format : TraceFormat.values()) {
            if (format.toString().equals(text)) {
                return format;
            }
        }
        throw new TypeConversionException(
                "unknown format '"
                        + text
                        + "', known are "
                        + Arrays.stream(TraceFormat.values())
                                .map(TraceFormat::toString)
                                .collect(Collectors.joining(", ")));
    }
}
