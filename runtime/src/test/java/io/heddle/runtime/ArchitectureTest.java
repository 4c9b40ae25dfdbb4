package io.heddle.runtime;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which packages may know which. */
class ArchitectureTest {
  private static final String ROOT = "io.heddle.runtime";

  /** A package knows only those before it. */
  private static final List<String> ORDER =
      List.of(
          "io.heddle.runtime",
          "io.heddle.runtime.serving",
          "io.heddle.runtime.straggler",
          "io.heddle.runtime.cost",
          "io.heddle.runtime.trace",
          "io.heddle.runtime.emit",
          "io.heddle.runtime.aside",
          "io.heddle.runtime.pipeline",
          "io.heddle.runtime.pool",
          "io.heddle.runtime.fold",
          "io.heddle.runtime.chakra.proto",
          "io.heddle.runtime.chakra",
          "io.heddle.runtime.simulate.kernel",
          "io.heddle.runtime.simulate.config",
          "io.heddle.runtime.simulate.network",
          "io.heddle.runtime.simulate.collective",
          "io.heddle.runtime.simulate.memory",
          "io.heddle.runtime.simulate.workload",
          "io.heddle.runtime.simulate",
          "io.heddle.runtime.verify",
          "io.heddle.runtime.timeline",
          "io.heddle.runtime.communication",
          "io.heddle.runtime.path",
          "io.heddle.runtime.steady",
          "io.heddle.runtime.report",
          "io.heddle.runtime.mode",
          "io.heddle.runtime.bound",
          "io.heddle.runtime.compare",
          "io.heddle.runtime.astrasim",
          "io.heddle.runtime.astrasim.process");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void packagesKnowOnlyThoseBelow() {
    for (int i = 0; i < ORDER.size() - 1; i++) {
      noClasses()
          .that()
          .resideInAPackage(ORDER.get(i))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ORDER.subList(i + 1, ORDER.size()).toArray(new String[0]))
          .allowEmptyShould(true)
          .check(CLASSES);
    }
  }

  @Test
  void everyPackageHasItsPlace() {
    assertThat(ORDER).containsAll(CLASSES.stream().map(JavaClass::getPackageName).toList());
  }

  @Test
  void packagesFormNoCycle() {
    SlicesRuleDefinition.slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  /** Costs are functions of machine and work: who asks for them may be anybody. */
  @Test
  void costsKnowOnlyPlans() {
    classes()
        .that()
        .resideInAPackage("io.heddle.runtime.cost")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.heddle.runtime.cost", "io.heddle.plan..", "java..", "org.jspecify..")
        .check(CLASSES);
  }

  /** A chain: a trace is emitted, something stands aside of it, and a pipeline makes it all. */
  @Test
  void theEmitterIsAChain() {
    knowsOf("trace", "straggler", "cost");
    knowsOf("emit", "trace", "straggler", "cost");
    knowsOf("aside", "emit", "trace", "cost");
    knowsOf("pipeline", "aside", "emit", "trace", "cost");
    knowsOf("pool", "pipeline", "emit", "trace", "straggler", "cost");
  }

  private static void knowsOf(String chamber, String... others) {
    classes()
        .that()
        .resideInAPackage(ROOT + "." + chamber)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            Stream.concat(
                    Stream.of(others).map(other -> ROOT + "." + other),
                    Stream.of(ROOT + "." + chamber, "io.heddle.plan..", "java..", "org.jspecify.."))
                .toArray(String[]::new))
        .check(CLASSES);
  }

  /** Who makes nodes reaches what stands aside by its interface alone. */
  @Test
  void whatStandsAsideIsBehindOneInterface() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".pipeline")
        .and()
        .doNotHaveSimpleName("PipelineFlattener")
        .and()
        .doNotHaveSimpleName("PlanPipeline")
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + ".aside").and(not(simpleName("ActionUnits"))))
        .check(CLASSES);
  }

  /** What the compiler generates runs without it. */
  @Test
  void theRuntimeSeesNoCompiler() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.heddle.processor..", "io.heddle.grammar..", "io.heddle.cli..")
        .check(CLASSES);
  }

  /** A trace does not depend on the files or formats in which it may end. */
  @Test
  void onlyWhoReadsAndWritesFilesKnowsFormats() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.heddle.runtime.astrasim..",
            "io.heddle.runtime.chakra..",
            "io.heddle.runtime.simulate..",
            "io.heddle.runtime.verify..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.fasterxml..", "com.google.protobuf..", "org.snakeyaml..")
        .check(CLASSES);
  }
}
