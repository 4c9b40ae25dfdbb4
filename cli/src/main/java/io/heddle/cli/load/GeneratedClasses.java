package io.heddle.cli.load;

import io.heddle.runtime.trace.Flattener;
import java.util.HashMap;
import java.util.Map;

/** Classes of one plan, which go with the last object of them. */
final class GeneratedClasses extends ClassLoader {
  private final Map<String, byte[]> classFiles;

  /**
   * @param classFiles by the names of the classes
   */
  GeneratedClasses(Map<String, byte[]> classFiles) {
    super(Flattener.class.getClassLoader());
    this.classFiles = new HashMap<>(classFiles);
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] classFile = classFiles.get(name);
    if (classFile == null) {
      throw new ClassNotFoundException(name);
    }
    return defineClass(name, classFile, 0, classFile.length);
  }
}
