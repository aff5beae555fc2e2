"""Plans, and what they allow."""

from __future__ import annotations

from django.db import models


class Plan(models.Model):
    slug = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0, help_text="Smaller numbers come first.")
    price = models.CharField(
        max_length=60,
        blank=True,
        default="",
        help_text="What customers read, such as “€19 a month”. Empty: it isn't told.",
    )
    batch_size = models.PositiveIntegerField(
        default=100, help_text="Maximum number of images in a batch."
    )
    running_jobs = models.PositiveSmallIntegerField(
        default=8, help_text="Maximum number of jobs of one account that run at the same time."
    )
    resources = models.PositiveIntegerField(
        "reference images", default=0, help_text="Maximum number that an account may keep."
    )

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.name


class PlanLimit(models.Model):
    """How often a month a plan allows an operation. No row: the plan does not include it."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="limits")
    operation = models.CharField(max_length=60)
    monthly = models.PositiveBigIntegerField("per month")

    class Meta:
        ordering = ["plan", "operation"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "operation"], name="one_limit_per_operation")
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.operation}, {self.monthly} per month"
