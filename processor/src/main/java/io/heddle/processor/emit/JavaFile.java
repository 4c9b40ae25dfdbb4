package io.heddle.processor.emit;

/**
 * A generated class.
 *
 * @param packageName may be empty
 * @param className without its package
 * @param text whole content of the file
 */
public record JavaFile(String packageName, String className, String text) {
  /** With its package. */
  public String qualifiedName() {
    return packageName.isEmpty() ? className : packageName + "." + className;
  }
}
