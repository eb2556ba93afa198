using static NativeSsl.Tests.Objectives.Shapes.Miniature;

namespace NativeSsl.Tests.Objectives.Shapes;

/// <summary>The hooks carry a teacher that follows slowly.</summary>
public sealed class TeacherTests
{
    /// <summary>BYOL: a student predicts what a slowly following teacher sees in the other view.
    /// Without the stop it may move the target as well.</summary>
    sealed class Byol : Objective
    {
        readonly Linear _online, _predictor, _target;
        readonly Momentum _teacher;
        readonly ScheduledNumber _momentum = new(Cpu, new Constant(0.98));
        readonly bool _stop;

        public Byol(bool stop)
        {
            _stop = stop;
            var init = new Init(Cpu, 4);
            _online = new Linear(init, Axes, Axes, bias: true);
            _predictor = new Linear(init, Axes, Axes, bias: true);
            _target = new Linear(new Init(Cpu, 4, trained: false), Axes, Axes, bias: true);
            _teacher = new Momentum(_online, _target);
        }

        public override IReadOnlyList<Part> Parts => [new("online", _online), new("predictor", _predictor), new("target", _target)];

        public override IReadOnlyList<ScheduledNumber> Numbers => [_momentum];

        public override Tensor Loss(Views views) =>
            Distance(views.Tensors[0], views.Tensors[1]) + Distance(views.Tensors[1], views.Tensors[0]);

        // ‖q − z′‖² of unit vectors = 2 − 2 ⟨q, z′⟩
        Tensor Distance(Tensor view, Tensor other)
        {
            Tensor student = _stop ? _predictor.Forward(_online.Forward(view)) : _online.Forward(view);
            Tensor teacher = _stop ? _target.Forward(other).StopGradient() : _online.Forward(other);
            return 2f - 2f * (student.Normalize() * teacher.Normalize()).Sum(-1).Mean();
        }

        public override void AfterStep(Progress progress) => _teacher.Follow(_momentum.Value);

        /// <summary>The spread of unit-length features over the set: 1/√d when they fill the sphere, 0 when all are the same.</summary>
        public double Spread()
        {
            using var step = new Step(Cpu);
            using Tape.NoGradientScope scope = Tape.NoGradient();
            float[][] rows = [.. _online.Forward(new Clusters(0f).Everything().Single().Tensors[0]).Normalize().ToArray().Chunk(Axes)];
            return Enumerable.Range(0, Axes).Average(axis =>
            {
                double mean = rows.Average(row => row[axis]);
                return Math.Sqrt(rows.Average(row => (row[axis] - mean) * (row[axis] - mean)));
            });
        }
    }

    [Fact]
    public void A_student_with_a_teacher_keeps_its_spread_and_collapses_without_the_stop()
    {
        Byol with = new(stop: true), without = new(stop: false);
        Train(with, new Clusters(spread: 1.5f), 600, ("main", Adam(0.01)));
        Train(without, new Clusters(spread: 1.5f), 600, ("main", Adam(0.01)));
        Assert.True(without.Spread() < 0.5 * with.Spread(), $"spread {with.Spread():F3} with the stop, {without.Spread():F3} without");
    }
}
