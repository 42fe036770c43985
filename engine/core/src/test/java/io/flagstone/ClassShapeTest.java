// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Limits on what a class of the engine may look like. */
@Tag("any-jdk")
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

    /** Each top-level class is a slice, together with the classes inside it. */
    private static final SliceAssignment BY_CLASS =
            new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass type) {
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
    void internalClassesHaveNoCycles() {
        final JavaClasses internal =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("io.flagstone.internal");
        slices().assignedFrom(BY_CLASS).should().beFreeOfCycles().check(internal);
        final JavaClasses builder =
                new ClassFileImporter().importClasses(CacheBuilder.class, OffHeapCache.class);
        assertThat(
                        slices().assignedFrom(BY_CLASS)
                                .should()
                                .beFreeOfCycles()
                                .evaluate(builder)
                                .hasViolation())
                .as("a builder and what it builds are a cycle")
                .isTrue();
    }

    @Test
    void noMethodHasMoreThanEightParameters() {
        assertThat(widerThan(MAX_PARAMETERS)).isEmpty();
        assertThat(widerThan(MAX_PARAMETERS - 1)).as("the limit is used").isNotEmpty();
    }
}
