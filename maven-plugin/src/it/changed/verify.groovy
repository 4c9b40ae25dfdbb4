def log = new File(basedir, 'build.log').text
def shown = (log =~ /batch \d+, latency \d+/).collect { it.toString() }
assert shown == [
  'batch 8, latency 500', 'batch 16, latency 500', 'batch 16, latency 900', 'batch 16, latency 900'
]
def changed = (log =~ /(\d+) of 2 files have changed/).collect { it[1] }
assert changed == ['1', '1', '1', '0']
