"""stub"""
def write_notes(folder, block, people): pass
