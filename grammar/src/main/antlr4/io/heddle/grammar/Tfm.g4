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

topLevel : importLine | model | plan | device | cluster ;

importLine : IMPORT STRING ;

// Models

model : modelHead '{' member* '}' ;

modelHead : MODEL name ;

member : parameters | dimensions | block | embed | stack | head | require ;

parameters : PARAM parameter (',' parameter)* ;

parameter : name '=' expression ;

dimensions : DIM dimension (',' dimension)* ;

dimension : name ('=' expression)? ;

embed : EMBED tensors ;

stack : STACK expression OF names ;

head : HEAD (tensor | TIED name) norm? ;

norm : NORM name ;

require : REQUIRE expression ':' STRING ;

tensors : tensor (',' tensor)* ;

tensor : name dims ;

dims : '[' name* ']' ;

names : name (',' name)* ;

// Blocks

block : blockHead '{' statement* '}' ;

blockHead : BLOCK name '(' tensor ')' ;

statement : weights | fused | returned | assignment ;

weights : WEIGHT tensors ;

fused : fusedHead '{' fusedLine* '}' ;

fusedHead : FUSED name ;

fusedLine : assignment ;

returned : RETURN term ;

assignment : name dims? '=' term ;

term
    : name '(' (argument (',' argument)*)? ')'                 # operation
    | '(' term ')'                                             # group
    | number                                                   # scalar
    | name                                                     # tensorName
    | term '*' term                                            # product
    | term op=('+' | '-') term                                 # sum
    ;

argument : name '=' name | term ;

// Plans

plan : planHead '{' planItem* '}' ;

planHead : PLAN name OF name ;

planItem
    : mesh | layout | shard | pin | batch | microBatch | schedule | recompute | optimizer | dtype | on
    ;

mesh : MESH setting (',' setting)* ;

layout : LAYOUT name ('>' name)* ;

shard : shardHead '{' shardLine* '}' ;

shardHead : SHARD ;

shardLine : (STREAM ':')? shardRule ;

// Non-greedy: of two readings the one in which the first `over` ends the dimensions.
shardRule : name+? OVER axes ;

axes : name (',' name)* ;

pin : PIN GRAD? name '.' name '[' pinnedDim* ']' ;

pinnedDim : name ('/' name)* ;

batch : BATCH expression ;

microBatch : MICRO_BATCH expression ;

// Settings are read so that they can be told from an error.
schedule : SCHEDULE name settings? ;

recompute : RECOMPUTE names ;

optimizer : OPTIMIZER name (SHARDED OVER axes)? ;

dtype : DTYPE name (',' GRADIENTS name)? ;

on : ON name settings? ;

settings : '(' (setting (',' setting)*)? ')' ;

setting : name '=' expression ;

// Hardware

device : deviceHead '{' deviceItem* '}' ;

deviceHead : DEVICE name ;

deviceItem : peak | memory ;

peak : PEAK name quantity (AT quantity)? ;

memory : MEMORY quantity AT quantity (AT quantity)? ;

cluster : clusterHead '{' clusterItem* '}' ;

clusterHead : CLUSTER name settings? ;

clusterItem : usesDevice | network ;

usesDevice : DEVICE name ;

network : NETWORK name expression AT quantity LATENCY quantity ;

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
    | TFM | IMPORT | MODEL | PLAN | DEVICE | CLUSTER
    | PARAM | DIM | BLOCK | EMBED | STACK | HEAD | REQUIRE | OF | TIED | NORM
    | WEIGHT | FUSED | RETURN
    | MESH | LAYOUT | SHARD | PIN | BATCH | MICRO_BATCH | SCHEDULE | RECOMPUTE | OPTIMIZER | DTYPE
    | ON | STREAM | OVER | GRAD | SHARDED | GRADIENTS
    | PEAK | MEMORY | NETWORK | AT | LATENCY
    | AND | OR
    ;

// Tokens

TFM : 'tfm' ;
IMPORT : 'import' ;
MODEL : 'model' ;
PLAN : 'plan' ;
DEVICE : 'device' ;
CLUSTER : 'cluster' ;

PARAM : 'param' ;
DIM : 'dim' ;
BLOCK : 'block' ;
EMBED : 'embed' ;
STACK : 'stack' ;
HEAD : 'head' ;
REQUIRE : 'require' ;
OF : 'of' ;
TIED : 'tied' ;
NORM : 'norm' ;

WEIGHT : 'weight' ;
FUSED : 'fused' ;
RETURN : 'return' ;

MESH : 'mesh' ;
LAYOUT : 'layout' ;
SHARD : 'shard' ;
PIN : 'pin' ;
BATCH : 'batch' ;
MICRO_BATCH : 'micro_batch' ;
SCHEDULE : 'schedule' ;
RECOMPUTE : 'recompute' ;
OPTIMIZER : 'optimizer' ;
DTYPE : 'dtype' ;
ON : 'on' ;
STREAM : 'stream' ;
OVER : 'over' ;
GRAD : 'grad' ;
SHARDED : 'sharded' ;
GRADIENTS : 'gradients' ;

PEAK : 'peak' ;
MEMORY : 'memory' ;
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
