def log = new File(basedir, 'build.log').text
assert log.contains('com.acme.LlamaSmallFlattener is among the sources already: let either heddle-maven-plugin or the'
    + ' annotation generate it, not both')
