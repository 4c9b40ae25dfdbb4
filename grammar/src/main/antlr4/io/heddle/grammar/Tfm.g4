/*
 * The Heddle language, version 1.
 *
 * New lines carry no meaning. Keywords are soft: `name` lists them all, so that a dimension may be
 * called `head` or `over`. Every list of lines stands in a rule of the form `head '{' line* '}'`:
 * there the reader resumes after an error.
 */
grammar Tfm;

file : header topLevel* EOF ;

header : TFM INTEGER ;

// What is read alone, in place of a line or a number of a plan.

planLine : planItem EOF ;

value : expression EOF ;

topLevel : importLine | declaredModel | plan | sweep | search | serve | operationDeclaration | device | cluster | engine | load ;

importLine : IMPORT STRING ;

// Models

declaredModel : modelHead (derivation | model) ;

model : '{' member* '}' ;

modelHead : MODEL name ;

derivation : '=' name settings? ;

member : parameters | dimensions | block | stream | embed | begin | stack | head | end | require ;

stream : streamHead '{' streamLine* '}' ;

streamHead : STREAM name ;

streamLine : embed | begin | stack | head | end ;

parameters : PARAM parameter (',' parameter)* ;

parameter : name '=' expression ;

dimensions : DIM dimension (',' dimension)* ;

dimension : name ('=' expression)? ;

embed : EMBED (tensors | TIED name (',' tensors)?) norm? ;

begin : BEGIN used ;

end : END used ;

stack : STACK expression OF (CYCLE '(' layers (',' layers)* ')' | useds) ;

// Layers that follow one another in a pattern, each made of the same blocks.
layers : (expression OF)? ('(' useds ')' | layerUse) ;

useds : layerUse (',' layerUse)* ;

// A block of a layer, whose weights all layers that have it may share.
layerUse : SHARED? used ;

// A block, with the streams that it takes beside its own.
used : name ('(' fed (',' fed)* ')')? ;

fed : name '=' name ;

head : HEAD (tensor | TIED name) norm? ;

norm : NORM name settings? ;

require : REQUIRE expression ':' STRING ;

tensors : tensor (',' tensor)* ;

tensor : name dims ;

dims : '[' name* ']' ;

names : name (',' name)* ;

// Blocks

block : blockHead '{' statement* '}' ;

blockHead : BLOCK name '(' tensors? ')' ;

statement : weights | input | fused | returned | assignment ;

weights : WEIGHT tensors ;

input : INPUT tensor ;

fused : fusedHead '{' fusedLine* '}' ;

fusedHead : FUSED name ;

fusedLine : assignment ;

returned : RETURN term ;

assignment : name dims? '=' term ;

term
    : name '(' (argument (',' argument)*)? ')'                 # operation
    | '(' term ')'                                             # group
    | number                                                   # scalar
    | name '[' name '->' name ']'                              # rename
    | name                                                     # tensorReference
    | term '*' term                                            # product
    | term op=('+' | '-') term                                 # sum
    ;

argument : name '=' expression (':' name)? | term ;

// Plans

plan : planHead '{' planItem* '}' ;

planHead : PLAN name OF name settings? ;

planItem
    : mesh | layout | view | shard | pin | batch | microBatch | context | schedule | stages
    | recompute | keep | unfused | experts | overlap | allReduce | optimizer | reduce | dtype
    | usesEngine | on | forward | freeze | prefill | decode | cache
    ;

mesh : MESH setting (',' setting)* ;

layout : LAYOUT name ('>' name)* ;

view : VIEW name ':' regrouped '=' regrouped (WHERE setting (',' setting)*)? ;

regrouped : '(' name+ ')' ;

shard : shardHead '{' shardLine* '}' ;

shardHead : SHARD ;

// Behind a rule, `padded` is its padding wherever it can be. No rule has this one and an end: a rule
// of many would then be told from the last one only behind all of them.
shardLine : STREAM ':' shardRule | shardRule padding? ;

// Non-greedy: of two readings the one in which the first `over` ends the dimensions.
shardRule : name+? OVER axes ;

axes : name (',' name)* ;

padding : PADDED (TO expression)? ;

pin : PIN GRAD? name '.' name '[' pinnedDim* ']' ;

pinnedDim : name ('/' name)* ;

batch : BATCH expression ;

microBatch : MICRO_BATCH expression ;

context : CONTEXT name settings? ;

schedule : SCHEDULE name settings? ;

stages : STAGES (BALANCED | run (',' run)*) ;

run : expression OF expression ;

recompute : RECOMPUTE what (',' what)* (EVERY expression)? ;

what : name ('.' name)? ;

keep : KEEP tensorName (',' tensorName)* ;

tensorName : name '.' name ;

unfused : UNFUSED ;

forward : FORWARD ;

freeze : FREEZE what (',' what)* ;

prefill : PREFILL expression settings? ;

decode : DECODE expression decodeSettings? ;

decodeSettings : '(' (decodeSetting (',' decodeSetting)*)? ')' ;

decodeSetting : name '=' (share | expression) ;

// As `0.7` or `70 %`.
share : number '%' | DECIMAL ;

cache : CACHE (cachedTensor (',' cachedTensor)*)? settings? ABSORBED? ;

// What an operation without a name of its own makes has a name of several words, such as `rope.k`.
cachedTensor : name ('.' name)+ ;

experts : EXPERTS expertSetting (',' expertSetting)* ;

expertSetting : name '=' (number | name expertNumbers?) ;

expertNumbers : '(' expertNumber (',' expertNumber)* ')' ;

expertNumber : name '=' number ;

overlap : OVERLAP axes CHUNKS expression | OVERLAP EXPERTS ;

allReduce : ALL_REDUCE TWO_LEVEL OVER axes ;

optimizer : OPTIMIZER name CLIPPED? sharding? ;

sharding : SHARDED OVER axes (',' shardedToo)* ;

shardedToo : GRADIENTS (SHARDED | WHOLE) | WEIGHTS SHARDED settings? ;

reduce : REDUCE ((AT END | PER LAYER | IN BUCKETS OF quantity) BLOCKING? | IN GAPS) TWO_LEVEL? ;

dtype : DTYPE formatName (',' formatOf)* ;

formatOf : name formatName ;

formatName : name (DELAYED | CURRENT | ROWWISE | BLOCKWISE)? ;

usesEngine : ENGINE name ;

on : ON name settings? ;

settings : '(' (setting (',' setting)*)? ')' ;

setting : name '=' expression ;

// Sweeps

sweep : sweepHead '{' sweepItem* '}' ;

sweepHead : SWEEP name OF name ;

sweepItem : swept | cases | derived | kept ;

swept : sweptName IN alternative (',' alternative)* ;

sweptName : name ('.' name)* ;

// A line of a plan, or a number; what it is is read again in the words of the line. What is neither
// a word, nor a word with settings, nor a number stands in brackets.
alternative : expression | name settings | '(' enclosed* ')' ;

enclosed
    : '(' enclosed* ')'
    | '[' enclosed* ']'
    | '{' enclosed* '}'
    | ~('(' | ')' | '[' | ']' | '{' | '}')
    ;

// Lines that are chosen together.
cases : CASE together (',' together)* ;

together : sweptName '=' alternative ;

derived : name '=' expression ;

kept : KEEP WHEN expression ;

// Searches

search : searchHead '{' searchItem* '}' ;

searchHead : SEARCH name OF name ;

searchItem : swept | cases | derived | kept | aim ;

aim : (MINIMIZE | MAXIMIZE) name (WHEN limit)? ;

limit : name op=('<=' | '>=') number unit? ;

// Serving

serve : serveHead '{' serveItem* '}' ;

serveHead : SERVE name OF name ;

serveItem : pools | cacheTransfer | requests | batching | route | goals ;

pools : POOL pool (',' pool)* ;

// A pool that does both has a plan of each kind.
pool : name INTEGER OF name (AND name)? ;

cacheTransfer : TRANSFER serveFigures ;

requests : REQUESTS name (number | STRING)? serveFigures? ;

batching : BATCHING name serveFigures? ;

route : ROUTE name serveFigures? ;

goals : GOAL bound (',' bound)* ;

bound : name name? op=('<=' | '>=') quantity ;

serveFigures : '(' serveFigure (',' serveFigure)* ')' ;

serveFigure : name '=' (number unit? | name) ;

// Operations

operationDeclaration : OP name '(' operand (',' operand)* ')' ('->' dims)? costs operationClause* ;

operand : name dims? ;

costs : FLOPS expression BYTES expression ;

operationClause
    : BACKWARD costs                                           # backwardCosts
    | LINEAR                                                   # isLinear
    | WHOLE OVER names                                         # keptWhole
    | HALO expression OVER name                                # halo
    | SCAN OVER name CARRY dims (',' dims)* costs?             # scan
    ;

// Hardware

device : deviceHead '{' deviceItem* '}' ;

deviceHead : DEVICE name (OF name)? ;

deviceItem : peak | memory | kernel ;

peak : PEAK name quantity (AT quantity)? ;

memory : MEMORY quantity AT quantity (AT quantity)? ;

kernel : KERNEL name name? figures ;

figures : '(' figure (',' figure)* ')' ;

figure : name '=' number unit? ;

cluster : clusterHead '{' clusterItem* '}' ;

clusterHead : CLUSTER name settings? ;

clusterItem : usesDevice | network ;

usesDevice : DEVICE name ;

network : NETWORK name expression AT quantity LATENCY quantity ('{' transfer* '}')? ;

transfer : name figures ;

engine : engineHead '{' engineItem* '}' ;

engineHead : ENGINE name (OF name)? ;

engineItem : name figures ;

// Tokens that a router gave each expert.
load : loadHead '{' loadItem* '}' ;

loadHead : LOAD name ;

loadItem : LAYER INTEGER (MICRO_BATCH INTEGER)? '=' INTEGER (',' INTEGER)* ;

quantity : number unit ;

unit : '%' | NAME ('/' NAME)? ;

// Expressions

expression
    : name '(' (expression (',' expression)*)? ')'             # call
    | '(' expression ')'                                       # bracketed
    | INTEGER                                                  # literal
    | name                                                     # reference
    | expression op=('*' | '/' | '%') expression                  # binary
    | expression op=('+' | '-') expression                        # binary
    | expression op=('==' | '!=' | '<' | '<=' | '>' | '>=') expression # binary
    | expression op=AND expression                             # binary
    | expression op=OR expression                              # binary
    ;

number : INTEGER | DECIMAL ;

name
    : NAME
    | TFM | IMPORT | MODEL | PLAN | SWEEP | SEARCH | OP | DEVICE | CLUSTER | ENGINE | LOAD
    | PARAM | DIM | BLOCK | EMBED | BEGIN | STACK | CYCLE | HEAD | END | REQUIRE | OF | TIED | NORM
    | WEIGHT | INPUT | FUSED | RETURN
    | MESH | LAYOUT | VIEW | WHERE | SHARD | STREAM | OVER | PADDED | TO | PIN | GRAD | BATCH
    | MICRO_BATCH | CONTEXT | SCHEDULE | STAGES | BALANCED | RECOMPUTE | EVERY | KEEP | UNFUSED | FORWARD | FREEZE | EXPERTS
    | PREFILL | DECODE | CACHE | ABSORBED
    | OVERLAP | CHUNKS | ALL_REDUCE | TWO_LEVEL
    | OPTIMIZER | CLIPPED | SHARDED | WHOLE | GRADIENTS | WEIGHTS | REDUCE | PER | LAYER | BUCKETS | BLOCKING | GAPS
    | DTYPE | DELAYED | CURRENT | ROWWISE | BLOCKWISE | ON
    | IN | CASE | WHEN
    | MINIMIZE | MAXIMIZE
    | SERVE | POOL | TRANSFER | REQUESTS | BATCHING | ROUTE | GOAL
    | SHARED | FLOPS | BYTES | BACKWARD | LINEAR | HALO | SCAN | CARRY
    | PEAK | MEMORY | KERNEL | NETWORK | AT | LATENCY
    | AND | OR
    ;

// Tokens

TFM : 'tfm' ;
IMPORT : 'import' ;
MODEL : 'model' ;
PLAN : 'plan' ;
SWEEP : 'sweep' ;
SEARCH : 'search' ;
OP : 'op' ;
DEVICE : 'device' ;
CLUSTER : 'cluster' ;

PARAM : 'param' ;
DIM : 'dim' ;
BLOCK : 'block' ;
EMBED : 'embed' ;
BEGIN : 'begin' ;
STACK : 'stack' ;
CYCLE : 'cycle' ;
SHARED : 'shared' ;
HEAD : 'head' ;
END : 'end' ;
REQUIRE : 'require' ;
OF : 'of' ;
TIED : 'tied' ;
NORM : 'norm' ;

WEIGHT : 'weight' ;
INPUT : 'input' ;
FUSED : 'fused' ;
RETURN : 'return' ;

MESH : 'mesh' ;
LAYOUT : 'layout' ;
VIEW : 'view' ;
WHERE : 'where' ;
SHARD : 'shard' ;
STREAM : 'stream' ;
OVER : 'over' ;
PADDED : 'padded' ;
TO : 'to' ;
PIN : 'pin' ;
GRAD : 'grad' ;
BATCH : 'batch' ;
MICRO_BATCH : 'micro_batch' ;
CONTEXT : 'context' ;
SCHEDULE : 'schedule' ;
STAGES : 'stages' ;
BALANCED : 'balanced' ;
RECOMPUTE : 'recompute' ;
EVERY : 'every' ;
KEEP : 'keep' ;
UNFUSED : 'unfused' ;
FORWARD : 'forward' ;
FREEZE : 'freeze' ;
PREFILL : 'prefill' ;
DECODE : 'decode' ;
CACHE : 'cache' ;
ABSORBED : 'absorbed' ;
EXPERTS : 'experts' ;
OVERLAP : 'overlap' ;
CHUNKS : 'chunks' ;
ALL_REDUCE : 'all_reduce' ;
TWO_LEVEL : 'two_level' ;
OPTIMIZER : 'optimizer' ;
CLIPPED : 'clipped' ;
SHARDED : 'sharded' ;

WHOLE : 'whole' ;
GRADIENTS : 'gradients' ;
WEIGHTS : 'weights' ;
REDUCE : 'reduce' ;
PER : 'per' ;
LAYER : 'layer' ;
BUCKETS : 'buckets' ;
BLOCKING : 'blocking' ;
GAPS : 'gaps' ;
DTYPE : 'dtype' ;
DELAYED : 'delayed' ;
CURRENT : 'current' ;
ROWWISE : 'rowwise' ;
BLOCKWISE : 'blockwise' ;
ENGINE : 'engine' ;
LOAD : 'load' ;
ON : 'on' ;

IN : 'in' ;
CASE : 'case' ;
WHEN : 'when' ;
MINIMIZE : 'minimize' ;
MAXIMIZE : 'maximize' ;

SERVE : 'serve' ;
POOL : 'pool' ;
TRANSFER : 'transfer' ;
REQUESTS : 'requests' ;
BATCHING : 'batching' ;
ROUTE : 'route' ;
GOAL : 'goal' ;

FLOPS : 'flops' ;
BYTES : 'bytes' ;
BACKWARD : 'backward' ;
LINEAR : 'linear' ;
HALO : 'halo' ;
SCAN : 'scan' ;
CARRY : 'carry' ;

PEAK : 'peak' ;
MEMORY : 'memory' ;
KERNEL : 'kernel' ;
NETWORK : 'network' ;
AT : 'at' ;
LATENCY : 'latency' ;

AND : 'and' ;
OR : 'or' ;

NAME : [A-Za-z_] [A-Za-z0-9_]* ;
INTEGER : [0-9]+ ;
DECIMAL : [0-9]+ '.' [0-9]+ ;
STRING : '"' ~["\r\n]* '"' ;
OPEN_STRING : '"' ~["\r\n]* ;

ASSIGN : '=' ;
COMMA : ',' ;
COLON : ':' ;
DOT : '.' ;
LEFT_BRACE : '{' ;
RIGHT_BRACE : '}' ;
LEFT_PARENTHESIS : '(' ;
RIGHT_PARENTHESIS : ')' ;
LEFT_BRACKET : '[' ;
RIGHT_BRACKET : ']' ;
TIMES : '*' ;
DIVIDE : '/' ;
PERCENT : '%' ;
PLUS : '+' ;
MINUS : '-' ;
ARROW : '->' ;
EQUAL : '==' ;
NOT_EQUAL : '!=' ;
LESS : '<' ;
LESS_EQUAL : '<=' ;
GREATER : '>' ;
GREATER_EQUAL : '>=' ;

DOCUMENTATION : '///' (~[/\r\n] ~[\r\n]*)? -> channel(HIDDEN) ;
COMMENT : '//' ~[\r\n]* -> skip ;
SPACE : [ \t\r\n\f\uFEFF]+ -> skip ;
UNKNOWN : . ;
