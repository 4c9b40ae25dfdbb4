package io.heddle.cli.load;

import io.heddle.cli.failure.Failure;
import io.heddle.plan.PlanValues;
import io.heddle.processor.emit.JavaFile;
import io.heddle.runtime.trace.Flattener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Compiles generated Java in memory. */
final class JavaCompilation {
  /** No annotation processor runs on generated code, also none that lies on the class path. */
  private static final List<String> OPTIONS = List.of("-proc:none", "-nowarn", "-implicit:none");

  private JavaCompilation() {}

  /**
   * The classes of a file: class files by the names of the classes.
   *
   * @throws Failure if there is no compiler
   * @throws IllegalStateException if the generated text does not compile
   */
  static Map<String, byte[]> compile(JavaFile file) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw Failure.environment(
          "needs a JDK, 17 or newer: "
              + System.getProperty("java.home")
              + " has no Java compiler; set JAVA_HOME to a JDK");
    }
    DiagnosticCollector<JavaFileObject> findings = new DiagnosticCollector<>();
    try (StandardJavaFileManager standard =
            compiler.getStandardFileManager(findings, Locale.ROOT, StandardCharsets.UTF_8);
        MemoryFiles files = new MemoryFiles(standard)) {
      standard.setLocationFromPaths(
          StandardLocation.CLASS_PATH, List.of(place(Flattener.class), place(PlanValues.class)));
      List<JavaFileObject> sources = List.of(new Text(file));
      if (!compiler.getTask(null, files, findings, OPTIONS, null, sources).call()) {
        throw new IllegalStateException("the generated class does not compile: " + first(findings));
      }
      return files.classes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The jar or folder that holds a class, whatever the class path says. */
  private static Path place(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String first(DiagnosticCollector<JavaFileObject> findings) {
    return findings.getDiagnostics().stream()
        .filter(finding -> finding.getKind() == Diagnostic.Kind.ERROR)
        .findFirst()
        .map(finding -> "line " + finding.getLineNumber() + ": " + finding.getMessage(Locale.ROOT))
        .orElse("no reason is given");
  }

  private static URI uri(String className, JavaFileObject.Kind kind) {
    return URI.create("memory:///" + className.replace('.', '/') + kind.extension);
  }

  /** The text of a class. */
  private static final class Text extends SimpleJavaFileObject {
    private final String text;

    Text(JavaFile file) {
      super(uri(file.qualifiedName(), Kind.SOURCE), Kind.SOURCE);
      this.text = file.text();
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  /** A class file that is kept. */
  private static final class Binary extends SimpleJavaFileObject {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Binary(String className, Kind kind) {
      super(uri(className, kind), kind);
    }

    @Override
    public OutputStream openOutputStream() {
      return bytes;
    }
  }

  /** Keeps class files instead of writing them. */
  private static final class MemoryFiles extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, Binary> binaries = new HashMap<>();

    MemoryFiles(JavaFileManager standard) {
      super(standard);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      Binary binary = new Binary(className, kind);
      binaries.put(className, binary);
      return binary;
    }

    Map<String, byte[]> classes() {
      Map<String, byte[]> classes = new HashMap<>();
      binaries.forEach((name, binary) -> classes.put(name, binary.bytes.toByteArray()));
      return classes;
    }
  }
}
