package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.grammar.TfmParser;
import io.heddle.plan.PlanValues;
import io.heddle.processor.TfmCompiler;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each jar says which module it is to those who put it on a module path. */
class ModuleNameTest {
  private static final Pattern PROPERTY =
      Pattern.compile("<automatic\\.module\\.name>(.*)</automatic\\.module\\.name>");

  @ParameterizedTest
  @ValueSource(
      classes = {
        TfmParser.class,
        PlanValues.class,
        TfmCompiler.class,
        Flattener.class,
        Heddle.class
      })
  void theModuleIsNamedAfterItsPackages(Class<?> type) throws IOException, URISyntaxException {
    Path place = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    String name = Files.isDirectory(place) ? ofBuild(place) : ofJar(place);
    assertThat(type.getPackageName() + ".").startsWith(name + ".");
    assertThat(name).matches("io\\.heddle\\.[a-z]+");
  }

  /** Whole builds test against jars. */
  private static String ofJar(Path place) throws IOException {
    try (JarFile jar = new JarFile(place.toFile())) {
      return jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name");
    }
  }

  /** Of classes that are in no jar yet: the property that the manifest will hold. */
  private static String ofBuild(Path classes) throws IOException {
    Path module = classes.resolve("../..").normalize();
    Matcher property = PROPERTY.matcher(Files.readString(module.resolve("pom.xml")));
    assertThat(property.find()).isTrue();
    assertThat(Files.readString(module.resolve("../pom.xml")))
        .contains("<Automatic-Module-Name>${automatic.module.name}</Automatic-Module-Name>");
    return property.group(1);
  }
}
