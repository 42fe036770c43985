// SPDX-License-Identifier: Apache-2.0
package io.flagstone.testing;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.Set;

/** The rules of several modules about the shape of a class. Their tests need ArchUnit. */
public final class ClassShape {
    /** The most parameters of a method. */
    public static final int MAX_PARAMETERS = 8;

    private ClassShape() {}

    /**
     * Makes each top-level class a slice, together with the classes inside it.
     *
     * @param packages packages that are one slice each.
     */
    public static SliceAssignment byClass(String... packages) {
        final Set<String> whole = Set.of(packages);
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                if (whole.contains(type.getPackageName())) {
                    return SliceIdentifier.of(type.getPackageName());
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
    }

    /** Returns the methods and constructors that have more parameters than this. */
    public static List<String> widerThan(JavaClasses classes, int parameters) {
        return classes.stream()
                .flatMap(type -> type.getCodeUnits().stream())
                .filter(unit -> unit.getRawParameterTypes().size() > parameters)
                .map(JavaCodeUnit::getFullName)
                .sorted()
                .toList();
    }
}
