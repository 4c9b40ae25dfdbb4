package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportTest {
  @TempDir private Path folder;
  private String hardware = "";
  private String rest = "";

  @BeforeEach
  void split() {
    String text = Execution.tinyText();
    int model = text.indexOf("model Tiny");
    hardware = text.substring(0, model);
    rest = text.substring(model);
  }

  private Path mainImporting(String... imports) {
    StringBuilder text = new StringBuilder("tfm 1\n");
    for (String path : imports) {
      text.append("import \"").append(path).append("\"\n");
    }
    return Execution.write(folder.resolve("main/main.tfm"), text + rest);
  }

  @Test
  void pathsAreRelativeToTheFileThatImports() {
    Execution.write(folder.resolve("main/parts/list.tfm"), "tfm 1\nimport \"desk.tfm\"\n");
    Execution.write(folder.resolve("main/parts/desk.tfm"), hardware);
    Execution check = Execution.of("check", mainImporting("parts/list.tfm"));
    assertThat(check.out()).endsWith("1 file checked: 0 errors, 0 warnings\n");
  }

  @Test
  void aFileMayBeImportedTwiceAndInACircle() {
    Execution.write(
        folder.resolve("main/desk.tfm"),
        hardware.replace("tfm 1", "tfm 1\nimport \"./main.tfm\"\nimport \"x/../desk.tfm\""));
    Execution check = Execution.of("check", mainImporting("desk.tfm", "./desk.tfm"));
    assertThat(check.out()).endsWith("1 file checked: 0 errors, 0 warnings\n");
  }

  @Test
  void findingsInAnImportedFileNameIt() {
    Execution.write(
        folder.resolve("main/desk.tfm"), hardware.replace("device  toy", "device  tyo"));
    Execution check = Execution.of("check", mainImporting("desk.tfm"));
    assertThat(check.exit()).isEqualTo(1);
    assertThat(check.out()).contains("main/desk.tfm:");
  }

  @Test
  void aMissingFileIsNamedAsItWasLookedFor() {
    Execution check = Execution.of("check", mainImporting("parts/none.tfm"));
    assertThat(check.exit()).isEqualTo(1);
    assertThat(check.out())
        .contains("main.tfm:2:", "no file `parts/none.tfm`", "there is no file ")
        .contains(Path.of("main/parts/none.tfm").toString());
  }

  @Test
  void nothingAboveTheFolderOfTheMainFileIsRead() {
    Path outside = Execution.write(folder.resolve("desk.tfm"), hardware);
    for (String path : new String[] {"../desk.tfm", outside.toString(), "x/../../desk.tfm"}) {
      Execution check = Execution.of("check", mainImporting(path));
      assertThat(check.exit()).isEqualTo(1);
      assertThat(check.out())
          .contains("error[TFM1013]", "imports must lie in the folder of the main file");
    }
  }

  @Test
  void aLinkLeadsNowhereElse() throws IOException {
    Path outside = Execution.write(folder.resolve("desk.tfm"), hardware);
    Path main = mainImporting("link.tfm");
    Files.createSymbolicLink(folder.resolve("main/link.tfm"), outside);
    assertThat(Execution.of("check", main).out())
        .contains("imports must lie in the folder of the main file");
  }

  @Test
  void whatIsNoFileOfTextIsRefusedWithTheReason() throws IOException {
    Files.createDirectories(folder.resolve("main/parts"));
    assertThat(Execution.of("check", mainImporting("parts")).out()).contains("not a regular file");
    Files.write(folder.resolve("main/bytes.tfm"), new byte[] {(byte) 0xff});
    assertThat(Execution.of("check", mainImporting("bytes.tfm")).out())
        .contains("byte 0 (0xff) is not");
  }
}
