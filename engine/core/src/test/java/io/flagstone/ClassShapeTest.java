// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Limits on what a class of the engine may look like. */
class ClassShapeTest {
    private static final int MAX_PARAMETERS = 8;

    private static final JavaClasses ENGINE =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.flagstone");

    private static List<String> widerThan(int parameters) {
        return ENGINE.stream()
                .flatMap(type -> type.getCodeUnits().stream())
                .filter(unit -> unit.getRawParameterTypes().size() > parameters)
                .map(JavaCodeUnit::getFullName)
                .sorted()
                .toList();
    }

    @Test
    void noMethodHasMoreThanEightParameters() {
        assertThat(widerThan(MAX_PARAMETERS)).isEmpty();
        assertThat(widerThan(MAX_PARAMETERS - 1)).as("the limit is used").isNotEmpty();
    }
}
