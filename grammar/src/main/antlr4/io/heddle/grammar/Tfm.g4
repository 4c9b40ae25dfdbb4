grammar Tfm;
file : EOF ;
WS : [ \t\r\n]+ -> skip ;
