import json
from collections import defaultdict
from dataclasses import dataclass, field
import numpy as np
from nnlib.grading.choices import ASPECTS, Stub, choices

ALPHA = 1/20
COPIED = 0.9
STORIES = [(aspects, part) for aspects in (("structure",), ("structure", "words"), ("structure","names"), ASPECTS) for part in (1/8, 3/4)]
FEWEST=8

def table(sources, stub):
    """{aspect: [(row, Choice)]}"""
    stub = Stub.of(stub)
    found = {a: [] for a in ASPECTS}
    for row, s in enumerate(sources):
        if s:
            for c in choices(s, stub):
                found[c.aspect].append((row, c))
    return found

def forks(found, n, spread):
    places = defaultdict(lambda: defaultdict(list))
    for row, (_, at, took, *_x) in found:
        places[at][took].append(row)
    places = {at: ways for at, ways in sorted(places.items()) if len(ways) > 1}
    H = np.zeros((n, len(places)), np.float32); B=[]
    miss = np.log2(1-COPIED)
    for j, ways in enumerate(places.values()):
        m = sum(map(len, ways.values()))
        for took, rows in sorted(ways.items()):
            H[rows, j] = 1
            if len(rows) > 1:
                p = (len(rows)+1)/(m+1)
                B.append((rows, np.sqrt(np.log2(COPIED/p+1-COPIED)/spread(took) - miss)))
    M = np.zeros((n, len(B)), np.float32)
    for j,(rows,w) in enumerate(B): M[rows,j]=w
    return M@M.T + miss*(H@H.T)

def words(found, n, spread, answered):
    ways = defaultdict(list); size=np.zeros(n)
    for row,(_,_a,took,w,*_x) in found:
        ways[took].append((row,w)); size[row]+=w
    miss = np.log2(1-COPIED)
    B=[(t,r) for t,r in sorted(ways.items()) if len(r)>1]
    M=np.zeros((n,len(B)))
    for j,(took,rows) in enumerate(B):
        p=(len(rows)+1)/(answered+1)
        b=np.log2(COPIED/p+1-COPIED)/spread(took)-miss
        for r,w in rows: M[r,j]=np.sqrt(w*b)
    return M@M.T+miss*np.minimum(size[:,None],size)

def evidence(classroom, stubs):
    names=sorted(classroom); n=len(names)
    tabs={q:table([classroom[s].get(q) for s in names],stub) for q,stub in sorted(stubs.items())}
    us=defaultdict(set); ct=defaultdict(set)
    for q,t in tabs.items():
        for a in ('names','words'):
            for r,(_,at,took,*_x) in [(r,c) for r,c in t[a]]: us[took].add(r); ct[took].add((r,q))
    sp=lambda k: len(ct[k])/len(us[k])
    out={}
    one=lambda t:1
    up=np.triu_indices(n,1)
    for q,t in tabs.items():
        ans=sum(bool(classroom[s].get(q)) for s in names)
        out[q]={'structure':forks(t['structure'],n,one)[up],'names':forks(t['names'],n,sp)[up],'words':words(t['words'],n,sp,ans)[up]}
    return names,out
def combine(out,stories=None):
    L=[]
    for kind,pi in stories or STORIES:
        L.append(sum(np.logaddexp2(np.log2(1-pi),np.log2(pi)+sum(g[a] for a in kind)) for g in out.values()))
    L=np.array(L); return np.logaddexp2.reduce(L)-np.log2(len(L))
