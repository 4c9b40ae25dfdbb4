package io.heddle.processor;

import io.heddle.plan.PlanValues;
import io.heddle.processor.emit.JavaFile;
import io.heddle.runtime.trace.Flattener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;

/**
 * Generated Java, compiled in memory under {@code -Xlint:all -Werror} against the runtime, and
 * loaded.
 */
public final class GeneratedClass {
  private static final JavaCompiler JAVAC = ToolProvider.getSystemJavaCompiler();
  private static final StandardJavaFileManager FILES =
      JAVAC.getStandardFileManager(null, Locale.ROOT, null);
  private static final List<String> OPTIONS =
      List.of(
          "-Xlint:all",
          "-Werror",
          "-proc:none",
          "--release",
          "17",
          "-classpath",
          String.join(
              System.getProperty("path.separator"),
              place(Flattener.class),
              place(PlanValues.class),
              place(NullMarked.class)));

  private final Map<String, byte[]> bytecode;
  private final Class<?> type;

  private GeneratedClass(Map<String, byte[]> bytecode, String name) throws ClassNotFoundException {
    this.bytecode = bytecode;
    this.type = new Memory(bytecode).loadClass(name);
  }

  private static String place(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Compiles and loads; any warning of javac is an error. */
  public static GeneratedClass of(JavaFile file) {
    DiagnosticCollector<JavaFileObject> findings = new DiagnosticCollector<>();
    Map<String, ByteArrayOutputStream> written = new LinkedHashMap<>();
    boolean compiles =
        JAVAC
            .getTask(null, new InMemory(written), findings, OPTIONS, null, List.of(new Text(file)))
            .call();
    if (!compiles) {
      StringBuilder text = new StringBuilder();
      for (Diagnostic<?> finding : findings.getDiagnostics()) {
        text.append(finding).append('\n');
      }
      throw new AssertionError(text + "\n" + file.text());
    }
    Map<String, byte[]> bytecode = new LinkedHashMap<>();
    written.forEach((name, bytes) -> bytecode.put(name, bytes.toByteArray()));
    try {
      return new GeneratedClass(bytecode, file.qualifiedName());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  /** The flattener of a plan with the values of its file. */
  public static Flattener flattener(TfmCompiler.Compiled compiled) {
    GeneratedClass generated = of(compiled.java("demo"));
    return generated.flattener(generated.defaults());
  }

  /** The values that the file gives. */
  public PlanValues defaults() {
    try {
      return (PlanValues) type.getMethod("defaults").invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  /** A flattener for other values of the same plan; what its constructor throws is passed on. */
  public Flattener flattener(PlanValues values) {
    try {
      return (Flattener) type.getConstructor(PlanValues.class).newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError(e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  /** The class files by binary name. */
  public Map<String, byte[]> bytecode() {
    return bytecode;
  }

  private static final class Text extends SimpleJavaFileObject {
    private final String text;

    Text(JavaFile file) {
      super(
          URI.create("memory:///" + file.qualifiedName().replace('.', '/') + ".java"), Kind.SOURCE);
      this.text = file.text();
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> written;

    InMemory(Map<String, ByteArrayOutputStream> written) {
      super(FILES);
      this.written = written;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String name, JavaFileObject.Kind kind, FileObject sibling)
        throws IOException {
      URI uri = URI.create("memory:///" + name.replace('.', '/') + kind.extension);
      return new SimpleJavaFileObject(uri, kind) {
        @Override
        public OutputStream openOutputStream() {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          written.put(name, bytes);
          return bytes;
        }
      };
    }
  }

  private static final class Memory extends ClassLoader {
    private final Map<String, byte[]> bytecode;

    Memory(Map<String, byte[]> bytecode) {
      super(Flattener.class.getClassLoader());
      this.bytecode = bytecode;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      byte[] bytes = bytecode.get(name);
      if (bytes == null) {
        throw new ClassNotFoundException(name);
      }
      return defineClass(name, bytes, 0, bytes.length);
    }
  }
}
