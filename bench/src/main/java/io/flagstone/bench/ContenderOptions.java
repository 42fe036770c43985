package io.flagstone.bench;

import io.flagstone.bench.contender.ContenderType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of whatever compares contenders: which, and what is written. */
final class ContenderOptions extends OutputOptions {
    @Option(
            names = "--impl",
            split = ",",
            paramLabel = "NAME",
            description = "Contenders, such as flagstone,caffeine,floor-latency (all).")
    private List<String> titles = new ArrayList<>();

    /** Those asked for, in the order of reports. */
    List<ContenderType> types() {
        return Arrays.stream(ContenderType.values())
                .filter(type -> titles.isEmpty() || titles.contains(type.title()))
                .toList();
    }

    @Override
    String problem() {
        return titles.stream()
                .filter(title -> ContenderType.of(title).isEmpty())
                .findFirst()
                .map(
                        title ->
                                "--impl "
                                        + title
                                        + " is none of "
                                        + String.join(", ", ContenderType.titles()))
                .orElseGet(super::problem);
    }
}
