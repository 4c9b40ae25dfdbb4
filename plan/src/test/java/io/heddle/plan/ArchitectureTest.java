package io.heddle.plan;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which packages may know which. */
class ArchitectureTest {
  private static final String ROOT = "io.heddle.plan";

  /** A package knows only those before it. */
  private static final List<String> ORDER =
      List.of(
          "io.heddle.plan.marker",
          "io.heddle.plan.expert",
          "io.heddle.plan.mesh",
          "io.heddle.plan.figure",
          "io.heddle.plan.serving",
          "io.heddle.plan.schedule",
          "io.heddle.plan");

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
          .check(CLASSES);
    }
  }

  @Test
  void everyPackageHasItsPlace() {
    assertThat(ORDER)
        .containsExactlyInAnyOrderElementsOf(
            CLASSES.stream()
                .map(JavaClass::getPackageName)
                .collect(Collectors.toCollection(TreeSet::new)));
  }

  @Test
  void packagesFormNoCycle() {
    SlicesRuleDefinition.slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  /** What compiler and runtime share stands on nothing but the Java platform. */
  @Test
  void aPlanKnowsNothingElse() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages("io.heddle.plan..", "java..", "org.jspecify.annotations")
        .check(CLASSES);
  }
}
