namespace NativeSsl;

/// <summary>
/// Work on a device that is asked for once, order by order, and done again at a word: the same kernels, on the same memory, with the same numbers. Random streams
/// alone move on, by the number of steps since. What lies behind an order on the host (shapes, branches, numbers) is not looked at again.
/// </summary>
/// <remarks>The memory of the work is the recorder's own and belongs to nobody else, so that its addresses stay what they are. Results that are to be read
/// afterwards are copied into tensors that last.</remarks>
public interface IRecorder : IDisposable
{
    /// <summary>Does work in the recorder's memory, and takes no note. What it lent has to be back before anything is replayed.</summary>
    void Do(Action work);

    /// <summary>Does work in the recorder's memory, and takes note of every order; an earlier record is given up.</summary>
    /// <exception cref="NotReplayableException">It reads a number back, or uses memory that was lent before and will be another's; nothing is recorded.</exception>
    void Record(Action work);

    /// <summary>Does something that is no part of the record, in the middle of it: writing what will be written anew before the work is done again.</summary>
    void Aside(Action work);

    /// <summary>Does again what was recorded.</summary>
    /// <param name="stepsLater">How many steps have passed since: random streams are those of that step.</param>
    /// <exception cref="NotReplayableException">Nothing was recorded, or something of the recorder's memory is still lent.</exception>
    void Replay(long stepsLater);

    /// <summary>Whether there is a record, and the device's settings are those that it was made with.</summary>
    bool IsUpToDate { get; }

    /// <summary>What the record consists of, or why it is done order by order: for a log.</summary>
    string About { get; }
}

public partial interface IBackend
{
    /// <summary>A recorder; null on a device where an order costs nothing worth saving.</summary>
    IRecorder? NewRecorder();
}
