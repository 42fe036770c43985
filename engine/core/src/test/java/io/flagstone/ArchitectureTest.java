// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls go down the layers and never up; dangerous operations have one place each. */
@Tag("any-jdk")
class ArchitectureTest {
    private static final String ROOT = "io.flagstone";
    private static final String UNSAFE = "sun.misc.Unsafe";
    private static final JavaClasses ENGINE =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages(ROOT);

    private static final Map<String, ArchRule> RULES = rules();

    private static LayeredArchitecture layers() {
        return layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("metrics")
                .definedBy(ROOT + ".metrics")
                .layer("typed")
                .definedBy(ROOT + ".typed")
                .layer("public")
                .definedBy(ROOT)
                .layer("segment")
                .definedBy(ROOT + ".internal.segment")
                .layer("mechanisms")
                .definedBy(
                        ROOT + ".internal.index",
                        ROOT + ".internal.slab",
                        ROOT + ".internal.recency",
                        ROOT + ".internal.admission",
                        ROOT + ".internal.expiry",
                        ROOT + ".internal.stripe")
                .layer("files")
                .definedBy(ROOT + ".internal.files")
                .layer("checkpoint")
                .definedBy(ROOT + ".internal.checkpoint")
                .layer("feed")
                .definedBy(ROOT + ".feed")
                .layer("ring")
                .definedBy(ROOT + ".internal.feed")
                .layer("entry")
                .definedBy(ROOT + ".internal.entry")
                .layer("memory")
                .definedBy(ROOT + ".internal.memory")
                .layer("events")
                .definedBy(ROOT + ".internal.events")
                .layer("api")
                .definedBy(ROOT + ".api")
                .whereLayer("metrics")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("typed")
                .mayOnlyBeAccessedByLayers("metrics")
                .whereLayer("public")
                .mayOnlyBeAccessedByLayers("metrics", "typed")
                .whereLayer("files")
                .mayOnlyBeAccessedByLayers("public")
                .whereLayer("segment")
                .mayOnlyBeAccessedByLayers("public")
                .whereLayer("events")
                .mayOnlyBeAccessedByLayers("public", "segment")
                .whereLayer("mechanisms")
                .mayOnlyBeAccessedByLayers("public", "segment")
                .whereLayer("checkpoint")
                .mayOnlyBeAccessedByLayers("public", "segment")
                .whereLayer("feed")
                .mayOnlyBeAccessedByLayers("public", "ring")
                .whereLayer("ring")
                .mayOnlyBeAccessedByLayers("public", "segment")
                .whereLayer("entry")
                .mayOnlyBeAccessedByLayers("public", "segment", "mechanisms", "ring");
    }

    private static Map<String, ArchRule> rules() {
        final Map<String, ArchRule> rules = new TreeMap<>();
        rules.put(
                "clock",
                noClasses()
                        .should()
                        .callMethod(System.class, "nanoTime")
                        .orShould()
                        .callMethod(System.class, "currentTimeMillis")
                        .orShould()
                        .callMethod(Thread.class, "sleep", long.class));
        rules.put(
                "unsafe",
                noClasses().should().dependOnClassesThat().haveFullyQualifiedName(UNSAFE));
        rules.put(
                "raw memory",
                noClasses()
                        .that()
                        .resideOutsideOfPackage(ROOT + ".internal.memory")
                        .should()
                        .dependOnClassesThat()
                        .haveFullyQualifiedName(UnsafeApi.class.getName())
                        .orShould()
                        .dependOnClassesThat()
                        .resideInAPackage("jdk.internal.."));
        rules.put(
                "allocation",
                noClasses()
                        .that()
                        .resideOutsideOfPackage(ROOT + ".internal.memory")
                        .should()
                        .callMethodWhere(target(nameMatching("allocateDirect.*"))));
        rules.put(
                "waiting",
                noClasses()
                        .that()
                        .doNotHaveFullyQualifiedName(ROOT + ".internal.segment.SegmentLock")
                        .and()
                        .doNotHaveFullyQualifiedName(ROOT + ".internal.segment.SegmentVersion")
                        .and()
                        .resideOutsideOfPackage(ROOT + ".internal.stripe")
                        .and()
                        .doNotHaveFullyQualifiedName(ROOT + ".internal.memory.SharedWork")
                        // Opening a file may wait for another process.
                        .and()
                        .resideOutsideOfPackage(ROOT + ".metrics")
                        .should()
                        .dependOnClassesThat()
                        .areAssignableTo(LockSupport.class)
                        .orShould()
                        .callMethodWhere(
                                target(owner(name("java.lang.Thread")))
                                        .and(target(nameMatching("yield|onSpinWait|join")))));
        return rules;
    }

    static Stream<String> ruleNames() {
        return RULES.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("ruleNames")
    void theEngineKeepsTheRule(String name) {
        RULES.get(name).check(ENGINE);
    }

    /** Breaks every rule that the compiler does not enforce. */
    static final class Offender {
        static long offend() throws InterruptedException {
            Thread.sleep(System.currentTimeMillis() - System.nanoTime());
            LockSupport.parkNanos(UnsafeApi.getLong(null, 0));
            return ByteBuffer.allocateDirect(8).getLong(0);
        }

        private Offender() {}
    }

    @ParameterizedTest
    @ValueSource(strings = {"clock", "raw memory", "allocation", "waiting"})
    void theRuleFindsAnOffender(String name) {
        final JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);
        assertThat(RULES.get(name).evaluate(offender).hasViolation()).isTrue();
    }

    @Test
    void theRuleAgainstUnsafeFindsALibraryThatUsesIt() {
        final JavaClasses library =
                new ClassFileImporter()
                        .importPackages(
                                "com.tngtech.archunit.thirdparty.com.google.common.primitives");
        assertThat(RULES.get("unsafe").evaluate(library).hasViolation()).isTrue();
    }

    @Test
    void theExceptionsAreNeeded() {
        classes()
                .that()
                .haveFullyQualifiedName(ROOT + ".internal.segment.SegmentLock")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(LockSupport.class)
                .check(ENGINE);
        classes()
                .that()
                .haveFullyQualifiedName(ROOT + ".internal.memory.SharedWork")
                .should()
                .callMethod(Thread.class, "join")
                .check(ENGINE);
        classes()
                .that()
                .haveFullyQualifiedName(ROOT + ".internal.memory.Region")
                .should()
                .callMethod(ByteBuffer.class, "allocateDirect", int.class)
                .andShould()
                .dependOnClassesThat()
                .areAssignableTo(UnsafeApi.class)
                .check(ENGINE);
    }

    @Test
    void callsGoDownTheLayers() {
        layers().check(ENGINE);
        assertThat(
                        layers().whereLayer("memory")
                                .mayOnlyBeAccessedByLayers("entry")
                                .evaluate(ENGINE)
                                .hasViolation())
                .as("the mechanisms use the memory")
                .isTrue();
    }

    @Test
    void onlyTheCacheAndItsSegmentsUseTheApi() {
        final LayeredArchitecture rule =
                layers().whereLayer("api")
                        .mayOnlyBeAccessedByLayers(
                                "metrics", "typed", "public", "segment", "feed", "ring");
        rule.check(ENGINE);
        classes()
                .that()
                .resideInAPackage(ROOT + ".api")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(ROOT + ".api", "java..", "org.agrona..")
                .check(ENGINE);
    }

    @Test
    void theMemoryUsesNoOtherLayerAndTheEntryOnlyTheMemory() {
        usesOnly("memory").check(ENGINE);
        usesOnly("entry", ROOT + ".internal.memory").check(ENGINE);
        assertThat(usesOnly("entry").evaluate(ENGINE).hasViolation()).isTrue();
    }

    @Test
    void theFilesUseOnlyTheMemory() {
        usesOnly("files", ROOT + ".internal.memory").check(ENGINE);
        assertThat(usesOnly("files").evaluate(ENGINE).hasViolation()).isTrue();
    }

    @Test
    void theStripesUseOnlyTheMemory() {
        usesOnly("stripe", ROOT + ".internal.memory").check(ENGINE);
        assertThat(usesOnly("stripe").evaluate(ENGINE).hasViolation()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"index", "slab", "recency", "admission", "expiry"})
    void theMechanismsDoNotUseOneAnother(String mechanism) {
        usesOnly(mechanism, ROOT + ".internal.entry", ROOT + ".internal.memory").check(ENGINE);
        assertThat(usesOnly(mechanism).evaluate(ENGINE).hasViolation()).isTrue();
        assertThat(
                        usesOnly(
                                        "segment",
                                        ROOT + ".internal.entry",
                                        ROOT + ".internal.memory",
                                        ROOT + ".api")
                                .evaluate(ENGINE)
                                .getFailureReport()
                                .toString())
                .as("the segment uses the mechanism")
                .contains(ROOT + ".internal." + mechanism + ".");
    }

    private static ArchRule usesOnly(String name, String... others) {
        final String[] allowed =
                Stream.concat(Stream.of(others), Stream.of(ROOT + ".internal." + name))
                        .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(ROOT + ".internal." + name)
                .should()
                .dependOnClassesThat(
                        resideInAPackage(ROOT + "..")
                                .and(JavaClass.Predicates.resideOutsideOfPackages(allowed)));
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(ENGINE);
        assertThat(ENGINE.stream().map(c -> c.getPackageName()).distinct())
                .containsExactlyInAnyOrder(
                        ROOT,
                        ROOT + ".metrics",
                        ROOT + ".typed",
                        ROOT + ".api",
                        ROOT + ".feed",
                        ROOT + ".internal.feed",
                        ROOT + ".internal.segment",
                        ROOT + ".internal.events",
                        ROOT + ".internal.files",
                        ROOT + ".internal.index",
                        ROOT + ".internal.slab",
                        ROOT + ".internal.checkpoint",
                        ROOT + ".internal.recency",
                        ROOT + ".internal.admission",
                        ROOT + ".internal.expiry",
                        ROOT + ".internal.stripe",
                        ROOT + ".internal.entry",
                        ROOT + ".internal.memory");
    }
}
