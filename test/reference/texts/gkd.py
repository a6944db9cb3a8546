"""Losses of on-policy distillation: used by test/training/generation/own-samples.test.ts.

python3 test/reference/texts/gkd.py < input.json
The input is {"student": FOLDER, "teacher": FOLDER, "ids": [[…]], "mask": [[…]], "labels": [[…]], "betas": […]}; the output
has the generalized Jensen-Shannon divergence (Agarwal et al. 2024, arXiv:2306.13649) of all labels, its mean over them, and
the gradients of the student, for each beta. It is written down from the paper: beta 0 is KL(teacher, student), beta 1 is
KL(student, teacher).
"""

import json
import sys

import torch
import transformers
from transformers import AutoModelForCausalLM

transformers.logging.set_verbosity_error()
given = json.load(sys.stdin)
ids, mask, labels = (torch.tensor(given[name]) for name in ("ids", "mask", "labels"))
student, teacher = (
    AutoModelForCausalLM.from_pretrained(given[name], dtype=torch.float32).eval() for name in ("student", "teacher")
)


def divergence(beta, log_teacher, log_student):
    if beta == 0:
        return (log_teacher.exp() * (log_teacher - log_student)).sum(-1)
    if beta == 1:
        return (log_student.exp() * (log_student - log_teacher)).sum(-1)
    parts = torch.stack([log_teacher + torch.tensor(beta).log(), log_student + torch.tensor(1 - beta).log()])
    mixed = torch.logsumexp(parts, 0)
    of_teacher = (log_teacher.exp() * (log_teacher - mixed)).sum(-1)
    of_student = (log_student.exp() * (log_student - mixed)).sum(-1)
    return beta * of_teacher + (1 - beta) * of_student


answers = []
for beta in given["betas"]:
    student.zero_grad()
    with torch.no_grad():
        log_teacher = teacher(input_ids=ids, attention_mask=mask).logits[:, :-1].log_softmax(-1)
    log_student = student(input_ids=ids, attention_mask=mask).logits[:, :-1].log_softmax(-1)
    counted = labels[:, 1:] != -100
    loss = divergence(beta, log_teacher, log_student)[counted].sum() / counted.sum()
    loss.backward()
    answers.append(
        {
            "loss": loss.item(),
            "gradients": {name: value.grad.flatten().tolist() for name, value in student.named_parameters()},
        }
    )
json.dump(answers, sys.stdout)
