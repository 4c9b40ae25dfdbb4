package io.heddle.processor.annotation;

import static com.google.testing.compile.CompilationSubject.assertThat;
import static io.heddle.processor.annotation.AnnotatedSource.source;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.testing.compile.Compilation;
import io.heddle.processor.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layouts that must be possible. */
final class LayoutTest {
  @TempDir private Path folder;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(folder.resolve("m.tfm"), Sources.shipped("llama3_8b.tfm").text());
  }

  private Compilation compile(String... lines) {
    return AnnotatedSource.compile(
        folder,
        source(
            "demo.Test",
            "package demo;",
            "import io.heddle.runtime.*;",
            "@TransformerModel(\"m.tfm\")",
            "class Test {",
            String.join("\n", lines),
            "}"));
  }

  private static List<String> errors(Compilation compilation) {
    assertThat(compilation).failed();
    return compilation.errors().stream().map(error -> error.getMessage(Locale.ROOT)).toList();
  }

  @Test
  void aLayoutThatFits() {
    assertThat(
            compile(
                "@Layout(plan = Llama3_8BPlans.Pod64, set = \"pp = 2, dp = 4\")", "void fits() {}"))
        .succeededWithoutWarnings();
  }

  /** Where javac does not know a constant yet, it takes no repeated annotations. */
  @Test
  void severalLayouts() {
    assertThat(
            compile(
                "@Layout(plan = \"Node8\")",
                "@Layout(plan = \"Pod64\", set = \"pp = 2, dp = 4\")",
                "void fits() {}"))
        .succeededWithoutWarnings();
    assertThat(
            compile(
                "@Layout.List({",
                "  @Layout(plan = Llama3_8BPlans.Node8),",
                "  @Layout(plan = Llama3_8BPlans.Pod64, set = \"pp = 2, dp = 4\")})",
                "void fits() {}"))
        .succeededWithoutWarnings();
    assertThat(
            errors(
                compile(
                    "@Layout(plan = \"Node8\")",
                    "@Layout(plan = \"Pod64\", set = \"tp = 3\")",
                    "void no() {}")))
        .isNotEmpty();
  }

  @Test
  void aLayoutThatDoesNotFitIsAnErrorAtItsSettings() {
    Compilation compilation =
        compile("@Layout(plan = Llama3_8BPlans.Pod64, set = \"dp = 1, tp = 16\")", "void no() {}");
    assertThat(errors(compilation).get(0))
        .contains("error[TFM3002]: dimension `g` = 8 does not split over `tp` = 16")
        .contains("m.tfm:");
    assertThat(compilation.errors().get(0).getLineNumber()).isEqualTo(5);
  }

  @Test
  void settingsThatCannotBeReadShowTheirText() {
    List<String> errors =
        errors(
            compile(
                "@Layout(plan = \"Pod64\", set = {\"dp = 8\", \"layout = dp > pp\"}) void no() {}"));
    assertThat(errors.get(0)).startsWith("set:1:10: error[TFM3007]").contains("layout = dp > pp");
  }

  @Test
  void anUnknownPlanIsNamedWithTheNearest() {
    assertThat(errors(compile("@Layout(plan = \"Pod46\") void no() {}")))
        .containsExactly("m.tfm has no plan `Pod46`; did you mean `Pod64`? it has Node8, Pod64");
    assertThat(errors(compile("@Layout void no() {}")))
        .containsExactly("m.tfm has several plans: write plan = one of Node8, Pod64");
  }

  @Test
  void aFileMayBeNamed() {
    Compilation compilation =
        AnnotatedSource.compile(
            folder,
            source(
                "demo.Test",
                "package demo;",
                "import io.heddle.runtime.Layout;",
                "class Test {",
                "  @Layout(file = \"m.tfm\", plan = \"Pod64\") interface Inner {}",
                "  @Layout(file = \"absent.tfm\") void absent() {}",
                "  @Layout(plan = \"Pod64\") void none() {}",
                "}"));
    assertThat(errors(compilation))
        .containsExactlyInAnyOrder(
            "absent.tfm: no such file in -Atfm.sourcePath=" + folder,
            "no file: write file = \"….tfm\", or annotate the class with @TransformerModel");
  }

  @Test
  void warningsAreWarnings() {
    Compilation compilation =
        compile(
            "@Layout(plan = \"Pod64\", set = \"schedule = gpipe, batch = 512\") void many() {}");
    assertThat(compilation).succeeded();
    assertThat(compilation.warnings())
        .anyMatch(warning -> warning.getMessage(Locale.ROOT).contains("warning[TFM5"));
  }

  @Test
  void findingsOfTheFileAreReportedOnce() throws IOException {
    Files.writeString(
        folder.resolve("m.tfm"),
        Sources.shipped("llama3_8b.tfm").text().replace("plan Node8 of", "plan Node8 of No"));
    List<String> errors =
        errors(
            compile(
                "@Layout(plan = \"Pod64\") void one() {}",
                "@Layout(file = \"m.tfm\", plan = \"Pod64\") void other() {}"));
    assertThat(errors).isNotEmpty().doesNotHaveDuplicates();
  }

  /** A plan that fails leaves the others as they are. */
  @Test
  void layoutsDoNotDisturbEachOther() {
    List<String> errors =
        errors(
            compile(
                "@Layout(plan = \"Pod64\", set = \"tp = 3\") void no() {}",
                "@Layout(plan = \"Pod64\") void yes() {}",
                "@Layout(plan = \"Nope\") void unknown() {}",
                "@Layout(plan = \"Node8\", set = \"nothing = 3\") void neither() {}"));
    assertThat(errors).anyMatch(error -> error.contains("no plan `Nope`"));
    assertThat(errors).anyMatch(error -> error.contains("nothing"));
    assertThat(errors).anyMatch(error -> error.contains("`tp` = 3"));
  }
}
