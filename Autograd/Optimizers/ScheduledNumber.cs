namespace NativeSsl;

/// <summary>A number of an objective that follows a schedule, in a device's memory: a teacher's momentum, a temperature. The trainer says it before each step.</summary>
/// <example><code>
/// readonly ScheduledNumber _temperature = new(backend, new Cosine(0.07, 0.04, 1000));
/// public override IReadOnlyList&lt;ScheduledNumber&gt; Numbers => [_temperature];
/// … logits / _temperature.Value
/// </code></example>
public sealed class ScheduledNumber
{
    readonly Schedule _schedule;

    /// <param name="backend">The device.</param>
    /// <param name="schedule">What it is at each step.</param>
    public ScheduledNumber(IBackend backend, Schedule schedule)
    {
        (_schedule, Numbers) = (schedule, new StepNumbers(backend, 1));
        Say(0);
        Numbers.Send();
    }

    /// <summary>The number as the device knows it, <c>[1]</c>.</summary>
    public Tensor Value => Numbers.Tensor;

    /// <summary>The same, to be said and sent.</summary>
    public StepNumbers Numbers { get; }

    /// <summary>Says what it is at a step, counted from zero, and sends nothing.</summary>
    public void Say(long step) => Numbers.Said[0] = (float)_schedule.At(step);
}
