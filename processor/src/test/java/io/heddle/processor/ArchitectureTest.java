package io.heddle.processor;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.jupiter.api.Test;

/** Which packages may know which. */
final class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.heddle.processor", "io.heddle.runtime");

  /** Each phase knows those before it; lowering, checks and emission know nothing of each other. */
  @Test
  void phasesKnowOnlyEarlierOnes() {
    Architectures.layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("facade")
        .definedBy("io.heddle.processor")
        .layer("annotation")
        .definedBy("io.heddle.processor.annotation..")
        .layer("diagnose")
        .definedBy("io.heddle.processor.diagnose..")
        .layer("syntax")
        .definedBy("io.heddle.processor.syntax..")
        .layer("model")
        .definedBy("io.heddle.processor.model..")
        .layer("local")
        .definedBy("io.heddle.processor.program..")
        .layer("lower")
        .definedBy("io.heddle.processor.lower..")
        .layer("check")
        .definedBy("io.heddle.processor.check..")
        .layer("emit")
        .definedBy("io.heddle.processor.emit..")
        .whereLayer("annotation")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("facade")
        .mayOnlyBeAccessedByLayers("annotation")
        .whereLayer("emit")
        .mayOnlyBeAccessedByLayers("annotation", "facade")
        .whereLayer("check")
        .mayOnlyBeAccessedByLayers("facade")
        .whereLayer("lower")
        .mayOnlyBeAccessedByLayers("facade")
        .whereLayer("local")
        .mayOnlyBeAccessedByLayers("facade", "lower", "check", "emit")
        .whereLayer("model")
        .mayOnlyBeAccessedByLayers("annotation", "facade", "local", "lower", "check", "emit")
        .whereLayer("syntax")
        .mayOnlyBeAccessedByLayers("facade", "model", "local", "emit")
        .check(CLASSES);
  }

  @Test
  void packagesFormNoCycle() {
    SlicesRuleDefinition.slices()
        .matching("io.heddle.processor.(*)..")
        .should()
        .beFreeOfCycles()
        .check(CLASSES);
  }

  /** The compiler runs inside javac; what it generates runs without it. */
  @Test
  void compilerAndRuntimeDoNotKnowEachOther() {
    noClasses()
        .that()
        .resideInAPackage("io.heddle.processor..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.heddle.runtime..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("io.heddle.runtime..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.heddle.processor..")
        .check(CLASSES);
  }

  /** The phases do no input and no output; only the annotation looks for files. */
  @Test
  void phasesReadAndWriteNothing() {
    noClasses()
        .that()
        .resideInAPackage("io.heddle.processor.(*)..")
        .and()
        .resideOutsideOfPackage("io.heddle.processor.annotation..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.nio.file..")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.File")
        .check(CLASSES);
  }
}
