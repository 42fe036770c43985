// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;

/** Classes know each other in one direction only, and methods are no wider than the engine's. */
class ShapeTest {
    private static final String CODECS = "io.flagstone.replication.codecs";

    private static final JavaClasses MODULE =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.flagstone.replication");

    private static final SliceAssignment BY_CLASS =
            new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass type) {
                    if (type.getPackageName().equals(CODECS)) {
                        return SliceIdentifier.of(CODECS);
                    }
                    final String name = type.getName();
                    final int inner = name.indexOf('$');
                    return SliceIdentifier.of(inner < 0 ? name : name.substring(0, inner));
                }

                @Override
                public String getDescription() {
                    return "each class";
                }
            };

    @Test
    void classesHaveNoCycles() {
        slices().assignedFrom(BY_CLASS).should().beFreeOfCycles().check(MODULE);
    }

    @Test
    void noMethodHasMoreThanEightParameters() {
        assertThat(
                        MODULE.stream()
                                .filter(type -> !type.getPackageName().equals(CODECS))
                                .flatMap(type -> type.getCodeUnits().stream())
                                .filter(unit -> unit.getRawParameterTypes().size() > 8)
                                .toList())
                .isEmpty();
    }
}
