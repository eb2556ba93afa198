namespace NativeSsl.Kernels;

/// <summary>
/// Keeps a number from being worked out again and again: ILGPU moves what is worked out before a loop to where it is used, into the loop, and a tile's place takes
/// five divisions. What has been through shared memory stays where it is. Every thread of the team has to come by.
/// </summary>
static class Once
{
    public static int Of(int sameForAll)
    {
        ArrayView<int> told = SharedMemory.Allocate<int>(1);
        if (Group.IdxX == 0) told[0] = sameForAll;
        Group.Barrier();
        return told[0];
    }
}
