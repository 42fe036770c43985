// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.bench.contender.ContenderType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("any-jdk")
class LookTest {
    @Test
    void everyContenderHasALookOfItsOwn() {
        final List<Look> looks = ContenderType.titles().stream().map(Look::of).toList();

        assertThat(looks).doesNotHaveDuplicates().doesNotContain(Look.SUM, Look.IDEAL_LRU);
        assertThat(Look.of("ideal-lru")).isEqualTo(Look.IDEAL_LRU);
        assertThat(Look.of("no contender")).isEqualTo(Look.SUM);
    }

    @Test
    void looksDifferByMoreThanTheirColor() {
        assertThat(Arrays.stream(Look.values()).map(look -> look.dashes() + look.marker(0, 0)))
                .doesNotHaveDuplicates();
    }

    @Test
    void everyLookHasAColorForLightAndForDarkPages() throws IOException {
        final Matcher rule =
                Pattern.compile("\\.(k[0-9]+) \\{ color: (#[0-9a-f]{6}); }")
                        .matcher(Styles.chart());
        final List<String> classes = new ArrayList<>();
        final Set<String> colors = new HashSet<>();
        while (rule.find()) {
            classes.add(rule.group(1));
            colors.add(rule.group(2));
        }

        final List<String> expected = Arrays.stream(Look.values()).map(Look::cssClass).toList();
        assertThat(classes.subList(0, expected.size())).as("light").isEqualTo(expected);
        assertThat(classes.subList(expected.size(), classes.size())).as("dark").isEqualTo(expected);
        assertThat(colors).as("no two share a color").hasSize(2 * expected.size());
    }
}
