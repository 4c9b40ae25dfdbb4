package io.heddle.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.heddle.plan.marker.Api;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code docs/api.md} calls the API is whole, and nothing else is called so. */
class ApiTest {
  private static final String PAGE = "../docs/api.md";
  private static final Pattern TYPE =
      Pattern.compile("^\\| `(\\w+)` \\| `(io\\.heddle\\.[\\w.]+)` \\|");
  private static final Pattern HANDED_ON = Pattern.compile("^\\* `(\\w+)`");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.heddle.plan", "io.heddle.runtime");

  private static Set<String> listed() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of(PAGE))) {
      return lines
          .map(TYPE::matcher)
          .filter(row -> row.find())
          .map(row -> row.group(2) + "." + row.group(1))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** Those of the modules that this one knows. */
  private static Set<String> listedHere() throws IOException {
    return listed().stream()
        .filter(name -> !name.startsWith("io.heddle.cli."))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The page lists internal types that types of the API hand out, to be handed on. */
  private static Set<String> handedOn() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of(PAGE))) {
      return lines
          .map(HANDED_ON::matcher)
          .filter(item -> item.find())
          .map(item -> item.group(1))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void thePageListsTheMarkedTypes() throws IOException {
    assertThat(listedHere())
        .containsExactlyInAnyOrderElementsOf(
            CLASSES.stream()
                .filter(type -> type.isAnnotatedWith(Api.class))
                .map(JavaClass::getName)
                .collect(Collectors.toCollection(TreeSet::new)));
  }

  @Test
  void theApiIsPublic() throws IOException {
    assertThat(listedHere())
        .hasSizeGreaterThan(25)
        .allMatch(name -> CLASSES.get(name).getModifiers().contains(JavaModifier.PUBLIC));
  }

  /** What types of the API give is API; so is what they give to those who implement them. */
  @Test
  void theApiHandsOutTheApiOnly() throws IOException {
    Set<String> api = listed();
    Set<String> others = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      if (!type.getModifiers().contains(JavaModifier.PUBLIC) || !api.contains(outermost(type))) {
        continue;
      }
      for (JavaMethod method : type.getMethods()) {
        if (method.getModifiers().contains(JavaModifier.PUBLIC)) {
          signature(method)
              .flatMap(part -> part.getAllInvolvedRawTypes().stream())
              .filter(part -> part.getPackageName().startsWith("io.heddle"))
              .filter(part -> !api.contains(outermost(part)))
              .forEach(part -> others.add(part.getSimpleName()));
        }
      }
    }
    assertThat(others).isEqualTo(handedOn());
  }

  private static Stream<JavaType> signature(JavaMethod method) {
    Stream<JavaType> result = Stream.of(method.getReturnType());
    return method.getModifiers().contains(JavaModifier.ABSTRACT)
        ? Stream.concat(result, method.getParameterTypes().stream())
        : result;
  }

  private static String outermost(JavaClass type) {
    String name = type.getName();
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  /** Of a package without a type of the API, its description says so. */
  @Test
  void internalPackagesSaySo() throws IOException {
    Set<String> packages =
        listed().stream()
            .map(name -> name.substring(0, name.lastIndexOf('.')))
            .collect(Collectors.toSet());
    for (String module : Set.of("plan", "processor", "runtime", "cli")) {
      Path sources = Path.of("..", module, "src", "main", "java");
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(file -> file.endsWith("package-info.java")).toList()) {
          String name =
              sources.relativize(file.getParent()).toString().replace(File.separator, ".");
          assertThat(isInternal(file))
              .as("%s says that it is internal", file)
              .isEqualTo(!packages.contains(name));
        }
      }
    }
  }

  private static boolean isInternal(Path description) throws IOException {
    String text = Files.readString(description).replaceAll("[\\s*]+", " ");
    return text.contains("Internal: may change with any version.");
  }
}
