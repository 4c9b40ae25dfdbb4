package io.heddle.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links of all pages lead somewhere, in Markdown and in HTML. */
class SiteTest {
  private static final Path ROOT = Path.of("..");

  @TempDir private Path folder;

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    assertThat(Links.broken(ROOT, Page.of(ROOT))).isEmpty();
  }

  @Test
  void brokenLinksAreFound() throws IOException {
    write("README.md", "[a](docs/a.md) [b](docs/b.md) [c](docs/a.md#two) [d](https://x.y/z)");
    write(
        "docs/a.md",
        "# One\n\n[e](#one) [f](#three) [g](../README.md) `[h](i.md)`\n\n|j|\n|---|\n|[k](l.md)|\n");
    write("CONTRIBUTING.md", "");
    write("CHANGELOG.md", "");
    assertThat(Links.broken(folder, Page.of(folder)))
        .containsExactly(
            "README.md: docs/b.md",
            "README.md: docs/a.md#two",
            "docs/a.md: #three",
            "docs/a.md: l.md");
  }

  @Test
  void everyPageIsHtmlThatNeedsNoNetwork() throws IOException {
    Site.main(new String[] {ROOT.toString(), folder.toString()});
    for (Page page : Page.of(ROOT)) {
      String name = page.path().toString().replace(".md", ".html").replace("README", "index");
      String html = Files.readString(folder.resolve(name));
      assertThat(html).contains("<h1 id=").doesNotContain("<script", "<link ", "src=\"http");
      for (String link : links(html)) {
        Path target = folder.resolve(name).resolveSibling(link.replaceFirst("#.*", ""));
        assertThat(target).as("%s: %s", name, link).exists();
      }
    }
  }

  private static List<String> links(String html) {
    return Pattern.compile("<a href=\"(?![a-z]+:|#)([^\"]*)\"")
        .matcher(html)
        .results()
        .map(link -> link.group(1))
        .toList();
  }

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
