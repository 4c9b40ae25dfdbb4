package io.heddle.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.heddle.plan.marker.Api;
import io.heddle.plan.mesh.Collective;
import io.heddle.processor.program.CollectiveKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which packages may know which. */
class ArchitectureTest {
  private static final String ROOT = "io.heddle.cli";

  /** A package knows only those before it. */
  private static final List<String> ORDER =
      List.of(
          "io.heddle.cli.failure",
          "io.heddle.cli.cache",
          "io.heddle.cli.source",
          "io.heddle.cli.artefact",
          "io.heddle.cli.file",
          "io.heddle.cli.inspect",
          "io.heddle.cli.load",
          "io.heddle.cli.interpret",
          "io.heddle.cli.pool",
          "io.heddle.cli.measure",
          "io.heddle.cli.convert",
          "io.heddle.cli.output",
          "io.heddle.cli.graph",
          "io.heddle.cli.html",
          "io.heddle.cli.memory",
          "io.heddle.cli.result",
          "io.heddle.cli.sweep",
          "io.heddle.cli.sweep.page",
          "io.heddle.cli.request",
          "io.heddle.cli.search",
          "io.heddle.cli.language",
          "io.heddle.cli.lsp",
          "io.heddle.cli.serve",
          "io.heddle.cli.validate",
          "io.heddle.cli.calibrate",
          "io.heddle.cli.option",
          "io.heddle.cli.step",
          "io.heddle.cli.command",
          "io.heddle.cli");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  /** Of all modules that the program consists of. */
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.heddle");

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

  /**
   * Grammar and plan stand under the compiler, the plan under the runtime, all under the program.
   */
  @Test
  void modulesKnowOnlyThoseBelow() {
    check("io.heddle.plan..", "grammar", "processor", "runtime", "cli", "examples");
    check("io.heddle.grammar..", "plan", "processor", "runtime", "cli", "examples");
    check("io.heddle.processor..", "runtime", "cli", "examples");
    check("io.heddle.runtime..", "grammar", "processor", "cli", "examples");
  }

  private static void check(String module, String... unknown) {
    noClasses()
        .that()
        .resideInAPackage(module)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            Stream.of(unknown).map(other -> "io.heddle." + other + "..").toArray(String[]::new))
        .check(ALL);
  }

  /** Of this module; {@code ApiTest} of the runtime has the other types of the page. */
  @Test
  void thePageListsTheMarkedTypes() throws IOException {
    String page = Files.readString(Path.of("../docs/api.md"));
    List<String> listed =
        Pattern.compile("^\\| `(\\w+)` \\| `(io\\.heddle\\.cli[\\w.]*)` \\|", Pattern.MULTILINE)
            .matcher(page)
            .results()
            .map(row -> row.group(2) + "." + row.group(1))
            .toList();
    assertThat(listed)
        .containsExactlyInAnyOrderElementsOf(
            CLASSES.stream()
                .filter(type -> type.isAnnotatedWith(Api.class))
                .map(JavaClass::getName)
                .toList());
  }

  /** What is asked of a collective stands with it, so that a new one is no case to add anywhere. */
  @Test
  void nobodyListsTheCasesOfCollectives() {
    noClasses()
        .should()
        .callMethod(Collective.class, "ordinal")
        .orShould()
        .callMethod(CollectiveKind.class, "ordinal")
        .because("a switch asks for it")
        .check(ALL);
  }

  /** All others ask a collective what it does, and treat a new one as it says. */
  @Test
  void fewKnowOneCollectiveFromAnother() {
    assertThat(
            ALL.stream()
                .filter(
                    type ->
                        type.getFieldAccessesFromSelf().stream()
                            .map(access -> access.getTarget())
                            .anyMatch(
                                field ->
                                    field.getOwner().isEquivalentTo(Collective.class)
                                        && field.getRawType().isEquivalentTo(Collective.class)))
                .filter(type -> !type.isEquivalentTo(Collective.class))
                .map(JavaClass::getSimpleName))
        .containsExactlyInAnyOrder(
            // Its name in generated code, and what sums and exchanges are made of.
            "RankEmitter",
            "PieceEmitter",
            "RankWork",
            "CollectivePlan",
            "DataGroup",
            // Its names, and figures of it.
            "CollectiveKind",
            "MeasuredTransfer",
            "TransferTimes",
            "CarriedBytes",
            "CollectiveRow",
            // Before it is told.
            "RingMembers");
  }

  /** A name means one thing, in whatever module it is read. */
  @Test
  void everyNameStandsOnce() {
    assertThat(
            ALL.stream()
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().contains("-"))
                .filter(type -> !type.getPackageName().equals("io.heddle.runtime.chakra.proto"))
                .collect(Collectors.groupingBy(JavaClass::getSimpleName))
                .values()
                .stream()
                .filter(types -> types.size() > 1))
        .isEmpty();
  }

  @Test
  void onlyTheProgramEndsTheProcess() {
    noClasses()
        .that()
        .doNotBelongToAnyOf(Heddle.class)
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "halt", int.class)
        .check(ALL);
  }

  /** A name says what a class is. */
  @Test
  void noClassIsCalledAfterNothing() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.heddle.grammar..", "io.heddle.runtime.chakra.proto..")
        .should()
        .haveNameMatching(".*(Util|Utils|Utility|Helper|Helpers|Manager|Impl)")
        .check(ALL);
  }
}
